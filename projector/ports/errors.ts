/** What a store rejects with, besides a bug: it is away, or has no room. */

/** A store that does not answer now and will: the step is repeated. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
}

/** What is read is counted in it, as it comes. */
export interface Room {
  /** @throws NoRoom */
  take(characters: number): void;
}

/** More was asked for than there is room for: the step is done in smaller parts. */
export class NoRoom extends Error {
  override readonly name = 'NoRoom';
}
