/** Of an erased customer nothing is left in any store, and nothing that is delivered later brings it back. */
import { Binary } from 'mongodb';
import { beforeAll, describe, expect, it } from 'vitest';
import { until } from '../until.js';
import type { Answers } from './answers.js';
import { expectConvergence } from './convergence.js';
import { toMessage } from './publisher.js';
import { created, event, placed, registered } from './shop.js';
import { systemFor } from './system.js';

const NAME = '王秘密';
const EMAIL = 'geheim@example.com';

const system = systemFor('erasure');
let answers: Answers;

beforeAll(async () => {
  await system().startProjector();
  answers = await system().startApi();
});

/** Every record of MongoDB and every document of Elasticsearch that the namespace has, as text. */
async function everythingStored(): Promise<string> {
  const { db, elasticsearch, namespace } = system().servers;
  const collections = await db.listCollections({}, { nameOnly: true }).toArray();
  const records = await Promise.all(collections.map(({ name }) => db.collection(name).find().toArray()));
  await elasticsearch.indices.refresh({ index: `${namespace}-*` });
  const found = await elasticsearch.search({ index: `${namespace}-*`, size: 1000 });
  return JSON.stringify([records, found.hits.hits], readable);
}

/** Binary values as the text that they hold; their own `toJSON` has made Base64 of it already. */
function readable(this: Readonly<Record<string, unknown>>, key: string, value: unknown): unknown {
  const original = this[key];
  return original instanceof Binary ? Buffer.from(original.buffer).toString('utf8') : value;
}

const quarantined = () => system().servers.db.collection('quarantine').countDocuments();

function malformed(id: string): string {
  const data = { name: NAME, email: EMAIL, level: 7 };
  return JSON.stringify({ specversion: '1.0', id, source: '/test', type: 'customer.updated', subject: 'c-1', data });
}

describe('an erased customer', () => {
  it('is gone from states, documents and quarantine, and stays so', async () => {
    const { publisher } = system();
    const customer = registered('c-1', NAME);
    const updated = event('customer.updated', 'c-1', 2, { email: EMAIL });
    await publisher.publish([customer, updated, registered('c-2', 'Ann'), created('p-1', '苹果手机')]);
    await publisher.publish([placed('o-1', 'c-1', 'p-1'), placed('o-2', 'c-2', 'p-1')]);
    await publisher.publishRaw('customers', { key: 'c-1', value: malformed('bad-1') });
    await answers.caughtUp();
    await until('the malformed record to be quarantined', async () => (await quarantined()) === 1);
    const before = await everythingStored();
    expect(before, 'it must be there before it is erased').toContain(NAME);
    expect(before, 'and in the quarantine').toContain(`\\"name\\":\\"${NAME}`);

    await publisher.publish([event('customer.erased', 'c-1', 3)]);
    await expectConvergence(answers, publisher.events);
    expect(await everythingStored()).not.toContain(NAME);
    expect(await everythingStored()).not.toContain(EMAIL);

    await publisher.publish([customer, updated]);
    await publisher.publishRaw('customers', { key: 'c-1', value: malformed('bad-2') });
    await expectConvergence(answers, publisher.events);
    expect(await quarantined()).toBe(2);
    const stored = await everythingStored();
    expect(stored).not.toContain(NAME);
    expect(stored).not.toContain(EMAIL);
    expect(stored, 'what was removed is recorded, and others are not touched').toContain('c-1');
    expect(stored).toContain('Ann');
  });

  it('is gone when the event came in binary mode as a record without value', async () => {
    const { publisher, servers } = system();
    await publisher.publish([registered('c-3', NAME), event('customer.updated', 'c-3', 2, { email: EMAIL })]);
    await publisher.publish([placed('o-3', 'c-3', 'p-1')]);
    await answers.caughtUp();
    expect(await everythingStored(), 'it must be there before it is erased').toContain(EMAIL);
    const before = await quarantined();

    const erasing = event('customer.erased', 'c-3', 3);
    expect(toMessage(erasing.event, 'binary').value).toBeNull();
    await publisher.publish([erasing], 'binary');
    await expectConvergence(answers, publisher.events);
    expect(await quarantined()).toBe(before);
    expect((await answers.get('/v1/customers/c-3')).status).toBe(404);
    expect((await answers.get('/v1/orders/o-3')).body).toMatchObject({
      data: { customer: { customerId: 'c-3', deleted: true, name: null } },
    });
    const stored = await everythingStored();
    expect(stored).not.toContain(NAME);
    expect(stored).not.toContain(EMAIL);
    expect(await servers.db.collection('erasures').countDocuments({ customerId: 'c-3' })).toBeGreaterThan(0);
  });
});
