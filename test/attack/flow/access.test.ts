/** Callers that are bound to a customer, over the whole system: what they may learn of an order that is deleted. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { SECRETS_COLLECTION } from '../../../runtime/storage/names.js';
import type { SecretRecord } from '../../../runtime/storage/records.js';
import { EventClient } from '../../api/changes/event-client.js';
import type { Answers } from '../../flow/answers.js';
import { event, placed, registered } from '../../flow/shop.js';
import { systemFor } from '../../flow/system.js';
import { until } from '../../until.js';

const system = systemFor('attack-access');
const folder = mkdtempSync(join(tmpdir(), 'attack-access-'));
let answers: Answers;

const scopes = ['orders:read', 'customers:read', 'products:read'];
const keyOf = (name: string, customer?: string) => ({
  ...{ name, scopes, sha256: createHash('sha256').update(`the key of ${name}`).digest('hex') },
  ...(customer === undefined ? {} : { customer }),
});
const as = (name: string) => ({ 'X-Api-Key': `the key of ${name}` });

beforeAll(async () => {
  const path = join(folder, 'keys.json');
  writeFileSync(path, JSON.stringify([keyOf('owner', 'c-1'), keyOf('former', 'c-2'), keyOf('staff')]));
  await system().startProjector();
  answers = await system().startApi({ API_KEYS_FILE: path });
});
afterAll(() => rmSync(folder, { recursive: true }));

/** As often as it takes: the machine may be busy. */
async function waited(name: string, path: string, waitFor: string) {
  return until(`${path} with ${waitFor}`, async () => {
    const answer = await answers.get(path, { ...as(name), 'Wait-For': `${waitFor};timeout=5000` });
    return (answer.body as { code?: string }).code === 'wait-timeout' ? false : answer;
  });
}

const inVain = async (name: string, waitFor: string) => {
  const headers = { ...as(name), 'X-Request-Id': 'the-same', 'Wait-For': `${waitFor};timeout=300` };
  const { status, body } = await answers.get('/v1/orders', headers);
  return { status, body: JSON.parse(JSON.stringify(body).replaceAll(/o-\w+/g, 'o')) };
};

describe('an order that was deleted', () => {
  it('can be waited for by its owner, and by nobody else who is bound', async () => {
    const { publisher } = system();
    await publisher.publish([registered('c-1', 'Ann'), registered('c-2', 'Bob')]);
    await publisher.publish([placed('o-1', 'c-2', 'p-1'), event('order.transferred', 'o-1', 2, { customerId: 'c-1' })]);
    await publisher.publish([placed('o-2', 'c-1', 'p-1'), event('order.deleted', 'o-1', 3)]);
    expect((await waited('owner', '/v1/orders/o-1', 'orders/o-1@3')).status).toBe(404);
    const { status, body } = await waited('owner', '/v1/orders', 'orders/o-1@3');
    expect([status, (body as { data: { orderId: string }[] }).data.map(({ orderId }) => orderId)]).toEqual([
      200,
      ['o-2'],
    ]);
    const [foreign, unknown] = [await inVain('former', 'orders/o-1@3'), await inVain('former', 'orders/o-none@3')];
    expect(foreign).toMatchObject({ status: 503, body: { code: 'wait-timeout', reached: { 'orders/o': null } } });
    expect(foreign).toEqual(unknown);
  });

  it('has events that its owner is told of, and no other bound caller', async () => {
    const deleted = event('order.deleted', 'o-3', 2);
    await system().publisher.publish([placed('o-3', 'c-1', 'p-1'), deleted]);
    await waited('owner', '/v1/orders', 'orders/o-3@2');
    const path = `/v1/events/${deleted.event.id}`;
    expect((await answers.get(path, as('owner'))).body).toMatchObject({
      data: [{ type: 'order.deleted', offset: null }],
    });
    expect((await answers.get(path, as('former'))).status).toBe(404);
  });
});

describe('what the API gives out', () => {
  it('is sealed by a secret that the projector has made, and good at every process, also after restarts', async () => {
    const { namespace } = system().servers;
    const mongo = new MongoClient(inject('MONGODB_URL'));
    const secrets = () => mongo.db(namespace).collection<SecretRecord>(SECRETS_COLLECTION).find().toArray();
    const before = await secrets();
    expect(before).toMatchObject([{ _id: 'cursors', secret: expect.stringMatching(/^[\w-]{43}$/) }]);
    await system().publisher.publish(['o-4', 'o-5', 'o-6'].map((id) => placed(id, 'c-1', 'p-1')));
    for (const id of ['o-4', 'o-5', 'o-6']) await waited('owner', '/v1/orders', `orders/${id}@1`);
    const first = (await answers.get('/v1/orders?size=1', as('owner'))).body as { page: { next: string } };
    const stream = await EventClient.open(`${answers.base}/v1/changes?view=orders`, undefined, as('staff'));
    await system().stopProjectors();
    await system().startProjector();
    expect(await secrets()).toEqual(before);
    const other = await system().startApi({ API_KEYS_FILE: join(folder, 'keys.json') });
    const next = `/v1/orders?size=1&cursor=${encodeURIComponent(first.page.next)}`;
    expect((await other.get(next, as('owner'))).status).toBe(200);
    const again = await EventClient.open(`${other.base}/v1/changes?view=orders`, stream.lastEventId, as('staff'));
    await Promise.all([stream.close(), again.close(), mongo.close()]);
    for (const { secret } of before) expect(system().timesSaid(secret)).toBe(0);
  });
});
