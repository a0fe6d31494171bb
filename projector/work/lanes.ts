import { Unavailable } from '../ports/errors.js';

/**
 * Sends pieces, so many at a time. After a failure no other piece is begun, and what is under way is waited for: whoever
 * repeats the step meets none of its own requests.
 * @throws the gravest failure: what does not pass by itself before `Unavailable`.
 */
export async function inLanes<Piece>(
  pieces: Iterable<Piece>,
  lanes: number,
  send: (piece: Piece) => Promise<void>,
): Promise<void> {
  // Each is asked for when there is a lane for it: it may be large, and made no earlier.
  const waiting = pieces[Symbol.iterator]();
  const failures: unknown[] = [];
  const lane = async (): Promise<void> => {
    while (failures.length === 0) {
      try {
        const next = waiting.next();
        if (next.done === true) return;
        await send(next.value);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  if (failures.length > 0) throw failures.find((failure) => !(failure instanceof Unavailable)) ?? failures[0];
}
