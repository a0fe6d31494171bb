/**
 * Whatever a caller that is bound to a customer asks, the answer is the one that it would get if no other customer
 * existed: the rest of the shop changes no row, count, facet, total, order, cursor, header or error.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RecentAnswers } from '../../../api/degraded/recent-answers.js';
import type { DocumentReader } from '../../../api/ports/documents.js';
import { StoreUnavailable } from '../../../api/ports/errors.js';
import { memoryReader, serve, type TestServer } from '../server.js';
import { expectTheSame, newTally } from './compared.js';
import { question, urlOf } from './questions.js';
import { believing, CALLERS, onlyOwn, progressOf, type Shop, wholeShop } from './shop.js';

const entrance = { authenticator: believing };

const away = async () => Promise.reject(new StoreUnavailable('elasticsearch', { cause: 'away' }));
const down: DocumentReader = { search: away, get: away, ping: away };

function open(shop: Shop, elasticsearch?: DocumentReader): Promise<TestServer> {
  const reader = memoryReader({ ...shop });
  return serve({ elasticsearch: elasticsearch ?? reader, mongodb: reader, progress: progressOf(shop), entrance });
}

/** A shop whose Elasticsearch can be taken away, and whose time is moved by hand. */
async function openRemembering(shop: Shop) {
  const reader = memoryReader({ ...shop });
  const store = { isUp: true, now: 0 };
  const elasticsearch: DocumentReader = {
    search: (documents, query) => (store.isUp ? reader.search(documents, query) : away()),
    get: (documents, id) => (store.isUp ? reader.get(documents, id) : away()),
    ping: () => reader.ping(),
  };
  const recent = new RecentAnswers({ ageMs: 60_000, entriesMax: 100, bytesMax: 10_000_000 }, () => store.now);
  const server = await serve({ elasticsearch, mongodb: reader, progress: progressOf(shop), entrance, recent });
  return { server, store };
}

describe.each([
  { name: 'the stores answer', elasticsearch: undefined, runs: 2_500, cursors: 25 },
  { name: 'Elasticsearch is down', elasticsearch: down, runs: 2_000, cursors: 0 },
])('while $name, a caller bound to a customer', ({ elasticsearch, runs, cursors }) => {
  let whole: TestServer;
  let alone: TestServer;
  beforeAll(async () => {
    const shop = wholeShop();
    [whole, alone] = await Promise.all([open(shop, elasticsearch), open(onlyOwn(shop), elasticsearch)]);
  });
  afterAll(() => Promise.all([whole.close(), alone.close()]));

  it('is answered as if no other customer existed', { timeout: 240_000 }, async () => {
    const tally = newTally();
    await fc.assert(
      fc.asyncProperty(question, (asked) => expectTheSame(whole, alone, asked, tally)),
      { numRuns: runs },
    );
    // The questions were worth asking.
    for (const status of [200, 400, 403, 404])
      expect(tally.byStatus.get(status), `${status}`).toBeGreaterThan(runs / 200);
    expect(tally.rows).toBeGreaterThan(runs / 10);
    expect(tally.cursors).toBeGreaterThanOrEqual(cursors);
  });
});

describe('what Elasticsearch has answered before it is down', () => {
  it('is answered again to whoever saw the same, and tells nothing of other customers', {
    timeout: 240_000,
  }, async () => {
    const shop = wholeShop();
    const [whole, alone] = await Promise.all([openRemembering(shop), openRemembering(onlyOwn(shop))]);
    const tally = newTally();
    let degraded = 0;
    await fc.assert(
      fc.asyncProperty(question, fc.boolean(), async ({ headers, ...asked }, hasAsked) => {
        const url = urlOf(asked);
        const ask = async ({ server }: typeof whole, caller: string) =>
          server.get(url, { headers: { 'X-Api-Key': caller } });
        // Nothing is left of the question before.
        for (const { store } of [whole, alone]) Object.assign(store, { isUp: true, now: store.now + 100_000 });
        for (const caller of Object.keys(CALLERS)) {
          if (caller !== asked.caller || hasAsked) await Promise.all([ask(whole, caller), ask(alone, caller)]);
        }
        whole.store.isUp = alone.store.isUp = false;
        await expectTheSame(whole.server, alone.server, { ...asked, headers, cursorOf: null }, tally);
        if ((await ask(whole, asked.caller)).body?.degraded === true) degraded += 1;
      }),
      { numRuns: 400 },
    );
    expect(degraded).toBeGreaterThan(20);
    await Promise.all([whole.server.close(), alone.server.close()]);
  });
});

describe('a foreign id', () => {
  /** The ids that were asked of the store, in order. */
  function recording(reader: DocumentReader) {
    const asked: string[] = [];
    const recorded: DocumentReader = {
      search: (...question) => reader.search(...question),
      get: (documents, id, options) => {
        asked.push(`${documents.view.name}/${id}`);
        return reader.get(documents, id, options);
      },
      ping: () => reader.ping(),
    };
    return { asked, recorded };
  }

  it.each([
    ['/v1/orders/o-FOREIGN-1', '/v1/orders/o-unknown'],
    ['/v1/customers/c-2', '/v1/customers/c-9'],
    ['/v1/customers/c-2/orders', '/v1/customers/c-9/orders'],
  ])('%s is answered like %s, after the same questions to the stores', async (foreign, unknown) => {
    const { asked, recorded } = recording(memoryReader({ ...wholeShop() }));
    const server = await serve({ elasticsearch: recorded, mongodb: recorded, entrance });
    const headers = { 'X-Api-Key': 'own', 'X-Request-Id': 'the-same' };
    const [there, nowhere] = [await server.get(foreign, { headers }), await server.get(unknown, { headers })];
    expect(there.status).toBe(404);
    expect(there.body).toEqual(nowhere.body);
    expect(asked.length % 2).toBe(0);
    await server.close();
  });
});

describe('a cursor', () => {
  it.each(['/v1/orders', '/v1/customers', '/v1/customers/c-1/orders'])(
    'of another caller for %s belongs to another list',
    async (path) => {
      const server = await open(wholeShop());
      const sizeOne = (caller: string) => server.get(`${path}?size=1`, { headers: { 'X-Api-Key': caller } });
      const cursor = (await sizeOne('staff')).body.page.next;
      const url = urlOf({ path, parameters: [['cursor', cursor]] });
      const refused = await server.get(url, { headers: { 'X-Api-Key': 'own' } });
      expect(refused).toMatchObject({ status: 400, body: { errors: [{ parameter: 'cursor' }] } });
      await server.close();
    },
  );
});

describe('personal data', () => {
  it('is shown only to callers with customers:pii, bound or not', async () => {
    const server = await open(wholeShop());
    for (const caller of Object.keys(CALLERS) as (keyof typeof CALLERS)[]) {
      if (!CALLERS[caller].scopes.has('customers:read')) continue;
      const own = caller === 'foreign' ? 'c-2' : 'c-1';
      const headers = { 'X-Api-Key': caller };
      const shown = (CALLERS[caller].scopes as ReadonlySet<string>).has('customers:pii');
      const { data } = (await server.get(`/v1/customers/${own}`, { headers })).body;
      const [first] = (await server.get('/v1/customers?sort=name', { headers })).body.data;
      for (const document of [data, first]) {
        expect(document, caller).toHaveProperty('email');
        expect(document.email === null, caller).toBe(!shown);
        expect(document.phone === null, caller).toBe(!shown);
      }
      const byField = await server.get('/v1/customers?fields=email', { headers });
      expect(byField.status, caller).toBe(shown ? 200 : 400);
      const email = wholeShop().customers.find(({ customerId }) => customerId === own)?.email ?? '';
      const byWord = (await server.get(`/v1/customers?q=${encodeURIComponent(email)}`, { headers })).body.data;
      expect(byWord.length > 0, caller).toBe(shown);
      const { fields } = (await server.get('/v1/meta', { headers })).body.views.customers;
      expect(JSON.stringify(fields).includes('"email"'), caller).toBe(shown);
    }
    await server.close();
  });
});
