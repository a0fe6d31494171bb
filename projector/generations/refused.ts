/** An operation that cannot be done now, with what to do about it. */
export class Refused extends Error {
  override readonly name = 'Refused';
}
