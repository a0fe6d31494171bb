/** Reads a key set at each of the paths at a base URL, one after the other; prints what came of it, and the memory it took. */
import { fetchKeySet } from '../../../api/access/jwt/key-sources.js';

const [baseUrl = '', ...paths] = process.argv.slice(2);
const LIMITS = { timeMs: 700, bytesMax: 1_048_576 };

const outcomes: Record<string, string> = {};
let growthBytes = 0;
await fetchKeySet(`${baseUrl}/fine`, LIMITS);
globalThis.gc?.();
const before = process.memoryUsage().rss;
for (const path of paths) {
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss);
  }, 5);
  outcomes[path] = await fetchKeySet(`${baseUrl}${path}`, LIMITS).then(
    ({ keys }) => `${keys.length} keys`,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  clearInterval(watch);
  growthBytes = Math.max(growthBytes, most - before);
}
process.stdout.write(JSON.stringify({ outcomes, growthBytes }), () => process.exit());
