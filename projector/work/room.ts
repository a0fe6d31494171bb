/**
 * Large things are done in parts that there is room for. How large something is shows only while it is read, so it is
 * counted as it comes: what turns out to be too much is let go, and each half of it is tried instead.
 */
import { NoRoom, type Room } from '../ports/errors.js';

/** For so many characters of what is read, as it is stored. */
export class LimitedRoom implements Room {
  private held = 0;

  constructor(private readonly charactersMax: number) {}

  take(characters: number): void {
    this.held += characters;
    if (this.held > this.charactersMax) {
      throw new NoRoom(`It has more than ${this.charactersMax} characters: read less of it at a time.`);
    }
  }
}

/**
 * The whole in one step when there is room for it, else in parts, in order. What cannot be halved has all the room that it
 * takes. A step that is repeated takes a room for each attempt.
 */
export async function* inRoom<Part, Result>(
  whole: Part,
  halvesOf: (part: Part) => readonly [Part, Part] | null,
  charactersMax: number,
  step: (part: Part, room: () => Room) => Promise<Result>,
): AsyncGenerator<Result, undefined> {
  const waiting = [whole];
  for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) {
    const halves = halvesOf(part);
    const room = () => new LimitedRoom(halves === null ? Number.POSITIVE_INFINITY : charactersMax);
    const result = await step(part, room).catch((error: unknown) => {
      if (error instanceof NoRoom) return error;
      throw error;
    });
    if (!(result instanceof NoRoom)) yield result;
    else if (halves === null) throw result;
    else waiting.push(halves[1], halves[0]);
  }
}

export function halvesOfList<Value>(list: readonly Value[]): readonly [Value[], Value[]] | null {
  if (list.length < 2) return null;
  const middle = list.length >> 1;
  return [list.slice(0, middle), list.slice(middle)];
}

/** What is found of each of the ids, of all of them together: only what is loaded for it at a time is bounded. */
export async function foundInRoom<Found>(
  ids: readonly string[],
  charactersMax: number,
  find: (part: readonly string[], room: Room) => Promise<ReadonlyMap<string, Found>>,
): Promise<Map<string, Found>> {
  const all = new Map<string, Found>();
  const parts = inRoom(ids, halvesOfList, charactersMax, (part, room) => find(part, room()));
  for await (const part of parts) for (const [id, found] of part) all.set(id, found);
  return all;
}
