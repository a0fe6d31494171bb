/** Requests that come when they are due, whether or not those before are over. */

/** What has begun; it takes the place of so many requests. */
export interface Begun<Result> {
  readonly requests: number;
  readonly over: Promise<Result>;
}

const LOOK_EVERY_MS = 2;

/** @returns what became of all, once the last is over. */
export async function atPace<Result>(
  requestsPerSecond: number,
  seconds: number,
  begin: (i: number) => Begun<Result>,
): Promise<Result[]> {
  const results: Promise<Result>[] = [];
  const begunMs = performance.now();
  let made = 0;
  for (let elapsed = 0; elapsed < seconds; elapsed = (performance.now() - begunMs) / 1000) {
    while (made < elapsed * requestsPerSecond) {
      const { requests, over } = begin(results.length);
      made += requests;
      results.push(over);
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  return Promise.all(results);
}
