import { Unavailable } from '../ports.js';

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
  const waiting = [...pieces].reverse();
  const failures: unknown[] = [];
  const lane = async (): Promise<void> => {
    for (let piece = waiting.pop(); piece !== undefined && failures.length === 0; piece = waiting.pop()) {
      try {
        await send(piece);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  if (failures.length > 0) throw failures.find((failure) => !(failure instanceof Unavailable)) ?? failures[0];
}
