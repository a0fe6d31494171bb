/** Tells the user what a part is doing, e.g. `('kafka', 'up in 3 s')`. */
export type Progress = (part: string, what: string) => void;

export function progressOn(stream: NodeJS.WritableStream): Progress {
  return (part, what) => {
    stream.write(`${part.padEnd(14)} ${what}\n`);
  };
}

/** Whole seconds since a `performance.now()`, as `3 s`. */
export function secondsSince(startedMs: number): string {
  return `${Math.round((performance.now() - startedMs) / 1000)} s`;
}
