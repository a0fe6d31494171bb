/** A caller whose questions take for ever, over HTTP: what others notice of it, and when a store counts as away. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { apiSettings } from '../../api/composition/settings.js';
import type { DocumentQuery, Found } from '../../api/ports/document-query.js';
import type { DocumentReader, DocumentSet, ReadOptions } from '../../api/ports/documents.js';
import { StoreUnavailable } from '../../api/ports/errors.js';
import { EVERYBODY } from '../../api/ports/principal.js';
import { readSettings } from '../../runtime/settings.js';
import { order } from '../api/documents.js';
import { memoryReader, serve, type TestServer } from '../api/server.js';
import { until } from '../until.js';

const STORE_TIMEOUT_MS = 200;

/** Answers what is cheap; what is searched for takes until nobody waits any more. */
class SlowSearches implements DocumentReader {
  readonly #reader = memoryReader({ orders: [order('o-1')] });
  /** Also of what a ping, or a document by its id, takes. */
  isAway = false;
  searching = 0;
  pings = 0;

  async search(documents: DocumentSet, query: DocumentQuery, options?: ReadOptions): Promise<Found> {
    if (query.search === null && !this.isAway) return this.#reader.search(documents, query);
    this.searching += 1;
    return new Promise((_, reject) =>
      options?.signal.addEventListener('abort', () => {
        this.searching -= 1;
        reject(new StoreUnavailable('elasticsearch'));
      }),
    );
  }

  async get(documents: DocumentSet, id: string): Promise<unknown> {
    return this.isAway ? new Promise(() => {}) : this.#reader.get(documents, id);
  }

  async ping(): Promise<void> {
    this.pings += 1;
    if (this.isAway) return new Promise(() => {});
  }
}

/** Callers are told apart by a header. */
const authenticator = {
  challenges: [],
  authenticate: async (headers: { readonly [name: string]: readonly string[] | undefined }) => ({
    ...EVERYBODY,
    name: headers['x-caller']?.[0] ?? EVERYBODY.name,
  }),
};
const as = (caller: string) => ({ headers: { 'x-caller': caller } });

let slow: SlowSearches;
let server: TestServer;
beforeEach(async () => {
  slow = new SlowSearches();
  const limits = { STORE_TIMEOUT_MS, STORE_CONCURRENCY_MAX: 8, STORE_QUEUE_MAX: 16, CALLER_SHARE_PERCENT: 90 };
  server = await serve({ elasticsearch: slow, mongodb: slow, limits, entrance: { authenticator } });
});
afterEach(() => server.close());

async function circuit(): Promise<string | undefined> {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return /^api_store_circuit\{store="elasticsearch"\} (\d)$/m.exec(text)?.[1];
}

/** Asks what takes for ever from so many sides. @returns how to stop, and what came back. */
function flood(caller: string, loops: number): () => Promise<number[]> {
  let isOver = false;
  const statuses: number[] = [];
  const working = Array.from({ length: loops }, async () => {
    while (!isOver) {
      statuses.push((await server.get('/v1/orders?q=long&highlight=true', as(caller))).status);
      // What is refused at once is asked again soon: server and callers are one process here.
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  });
  return async () => {
    isOver = true;
    await Promise.all(working);
    return statuses;
  };
}

describe('a caller whose questions take for ever', () => {
  it.each([6, 40])('is alone with it, in %i loops', async (loops) => {
    const stop = flood('mallory', loops);
    await until('as many questions as one caller may have', async () => slow.searching >= Math.min(loops, 4));
    for (let i = 0; i < 30; i += 1) {
      const { status } = await server.get('/v1/orders', as('alice'));
      expect(status).toBe(200);
      expect(slow.searching).toBeLessThanOrEqual(4);
      expect(await circuit()).toBe('0');
    }
    await until('questions without an answer', async () => slow.pings > 2);
    expect(new Set(await stop())).toEqual(new Set([503]));
    expect(await circuit()).toBe('0');
  });

  it('leaves nothing behind: what is not waited for any more is ended in the store', async () => {
    const caller = new AbortController();
    const answers = Array.from({ length: 4 }, () =>
      server.get('/v1/orders?q=long', { ...as('mallory'), signal: caller.signal }),
    );
    await until('four questions', async () => slow.searching === 4);
    caller.abort();
    for (const { status } of await Promise.allSettled(answers)) expect(status).toBe('rejected');
    await until('none', async () => slow.searching === 0);
  });
});

it.each([100, 130])('%i questions at once of a caller who is alone are all answered', async (count) => {
  const reader = memoryReader({ orders: [order('o-1')] });
  /** A quick store, but not one that is asked one question after the other. */
  const soon = <Answer>(answer: () => Promise<Answer>) =>
    new Promise<Answer>((resolve, reject) => setTimeout(() => answer().then(resolve, reject), 5));
  const quick: DocumentReader = {
    search: (...asked) => soon(() => reader.search(...asked)),
    get: (...asked) => soon(() => reader.get(...asked)),
    ping: async () => {},
  };
  const limits = readSettings(apiSettings, {});
  const alone = await serve({ elasticsearch: quick, mongodb: quick, limits });
  try {
    for (const path of ['/v1/orders/o-1', '/v1/orders']) {
      const answers = await Promise.all(Array.from({ length: count }, () => alone.get(path)));
      expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    }
  } finally {
    await alone.close();
  }
});

it('a store that is away is found out by the first question without an answer, and found again by a probe', async () => {
  slow.isAway = true;
  expect((await server.get('/v1/orders', as('alice'))).status).toBe(503);
  await until('an open circuit', async () => (await circuit()) !== '0');
  slow.isAway = false;
  const stop = flood('mallory', 4);
  await until('an answer', async () => (await server.get('/v1/orders', as('alice'))).status === 200);
  await stop();
});
