import { statement } from '../runtime/screen.js';

/** Tells the user what a part is doing, e.g. `('kafka', 'up in 3 s')`. */
export type Progress = (part: string, what: string) => void;

const PART_WIDTH = 14;

export function progressOn(stream: NodeJS.WritableStream): Progress {
  return (part, what) => {
    stream.write(statement(`${part.padEnd(PART_WIDTH)} ${what}`, ' '.repeat(PART_WIDTH + 1)));
  };
}

/** Whole seconds since a `performance.now()`, as `3 s`. */
export function secondsSince(startedMs: number): string {
  return `${Math.round((performance.now() - startedMs) / 1000)} s`;
}
