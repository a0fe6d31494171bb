/** Health and metrics, which anybody may ask for without a price, however often. */
import { afterEach, expect, it } from 'vitest';
import { memoryReader, serve, type TestServer } from '../api/server.js';
import { until } from '../until.js';

const FLOOD = 200;
const small = memoryReader({});
let server: TestServer;
afterEach(() => server.close());

/** A store that answers a ping when told to. */
function pinged() {
  const held: (() => void)[] = [];
  let count = 0;
  let isHeld = false;
  const ping = async () => {
    count += 1;
    if (isHeld) await new Promise<void>((resolve) => held.push(resolve));
  };
  const reader = { search: small.search.bind(small), get: small.get.bind(small), suggest: async () => [], ping };
  const hold = () => {
    isHeld = true;
  };
  const answer = () => {
    isHeld = false;
    for (const release of held.splice(0)) release();
  };
  return { reader, hold, answer, held: () => held.length, count: () => count };
}

const statusOf = async (path: string) => {
  const response = await fetch(server.url + path);
  await response.arrayBuffer();
  return response.status;
};

it('a flood of questions about health asks the stores once at a time', async () => {
  const store = pinged();
  store.hold();
  server = await serve({ elasticsearch: store.reader, mongodb: small });
  const paths = Array.from({ length: FLOOD }, (_, i) => (i % 2 === 0 ? '/health/ready' : '/metrics'));
  const asked = Promise.all(paths.map(statusOf));
  await until('the ping', async () => store.held() > 0);
  // Meanwhile others have asked, and are answered by the same.
  await statusOf('/health/live');
  // More than one only where a look was given up meanwhile.
  expect(store.held()).toBeLessThan(FLOOD / 20);
  store.answer();
  expect(new Set(await asked)).toEqual(new Set([200]));
  // Looks follow each other, and none of them was for one who asked alone.
  expect(store.count()).toBeLessThan(FLOOD / 4);
});

it('what was found is known for a moment only', async () => {
  const store = pinged();
  server = await serve({ elasticsearch: store.reader, mongodb: small });
  await statusOf('/health/ready');
  await until('another look', async () => (await statusOf('/health/ready')) === 200 && store.count() > 1);
});
