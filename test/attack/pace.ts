/** Requests that come when they are due, whether or not those before are over. */

/** What has begun; it takes the place of so many requests. */
export interface Begun<Result> {
  readonly requests: number;
  readonly over: Promise<Result>;
}

const LOOK_EVERY_MS = 2;

/** `begin` yields `null` when there is nothing more to do. @returns what became of all, once the last is over. */
export async function atPace<Result>(
  requestsPerSecond: number,
  seconds: number,
  begin: (i: number) => Begun<Result> | null,
): Promise<Result[]> {
  const results: Promise<Result>[] = [];
  const begunMs = performance.now();
  let made = 0;
  for (let elapsed = 0; elapsed < seconds; elapsed = (performance.now() - begunMs) / 1000) {
    while (made < elapsed * requestsPerSecond) {
      const begun = begin(results.length);
      if (begun === null) return Promise.all(results);
      made += begun.requests;
      results.push(begun.over);
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  return Promise.all(results);
}
