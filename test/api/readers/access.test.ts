/** On the real stores: a caller bound to a customer is answered as if no other customer existed. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { views } from '../../../mappings/registry.js';
import { expectTheSame, newTally } from '../access/compared.js';
import { question } from '../access/questions.js';
import { believing, onlyOwn, progressOf, type Shop, wholeShop } from '../access/shop.js';
import { serve, servedOf, type TestServer } from '../server.js';
import { openElasticsearch } from './elasticsearch/harness.js';
import type { ReaderHarness } from './harness.js';
import { openMongo } from './mongodb/harness.js';

/** Cursors name the generation that they page through, so both shops have the same one, in harnesses of their own. */
const GENERATION = 990;
const context = { businessTimeZone: 'UTC', reportingCurrency: 'CNY' };

interface Open {
  readonly server: TestServer;
  close(): Promise<void>;
}

async function open(shop: Shop, name: string): Promise<Open> {
  const [elasticsearch, mongodb] = await Promise.all([openElasticsearch(name), openMongo(name)]);
  const harnesses: Record<string, ReaderHarness> = { elasticsearch, mongodb };
  for (const view of Object.values(views)) {
    const set = { view, generation: GENERATION, revision: 1 };
    const stored = shop[view.name].map((document) => {
      const id = String((document as unknown as Record<string, unknown>)[view.queries.id.name]);
      return [id, view.toStored(document, context)] as const;
    });
    await harnesses[view.storage.store]?.fill(set, stored);
  }
  const server = await serve({
    elasticsearch: elasticsearch.reader,
    mongodb: mongodb.reader,
    generations: { live: async () => servedOf(GENERATION) },
    progress: progressOf(shop),
    entrance: { authenticator: believing },
  });
  return {
    server,
    close: async () => {
      await server.close();
      await Promise.all([elasticsearch.close(), mongodb.close()]);
    },
  };
}

describe('a caller bound to a customer', () => {
  let whole: Open;
  let alone: Open;
  beforeAll(async () => {
    const shop = wholeShop();
    [whole, alone] = await Promise.all([open(shop, 'whole'), open(onlyOwn(shop), 'alone')]);
  });
  afterAll(() => Promise.all([whole.close(), alone.close()]));

  it('is answered by the real stores as if no other customer existed', { timeout: 240_000 }, async () => {
    const tally = newTally();
    await fc.assert(
      fc.asyncProperty(question, (asked) => expectTheSame(whole.server, alone.server, asked, tally)),
      { numRuns: 600 },
    );
    expect(tally.rows).toBeGreaterThan(100);
    expect(tally.cursors).toBeGreaterThan(5);
  });

  it('has its own row found by the index of ids', async () => {
    const { body } = await whole.server.get('/v1/customers?total=exact', { headers: { 'X-Api-Key': 'own' } });
    expect(body).toMatchObject({ data: [{ customerId: 'c-1' }], total: { value: 1, relation: 'eq' } });
  });
});
