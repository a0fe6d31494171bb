/** A snapshot shows what there was, less what was erased since. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { PublishedEvent } from '../recomputation-documents.js';
import { until } from '../until.js';
import type { Answers, Document, ViewName } from './answers.js';
import { expectConvergence, expectedDocuments } from './convergence.js';
import { event, generated, placed, registered } from './shop.js';
import { systemFor } from './system.js';

const VIEWS: readonly ViewName[] = ['orders', 'products', 'customers'];

/** Far less than the lease by which one process looks for erasures. */
const PROMPT_MS = 5_000;

const system = systemFor('snapshot');
let answers: Answers;
let at: number;
let then: readonly PublishedEvent[];

/** Longer than the millisecond in which the events before were appended. */
async function momentPasses(): Promise<number> {
  const moment = Date.now();
  await until('the clock to move', async () => Date.now() > moment + 1);
  return moment;
}

beforeAll(async () => {
  const { publisher } = system();
  await system().startProjector();
  answers = await system().startApi();
  await publisher.publish(generated({ seed: 'then', customers: 30, products: 12, orders: 150 }));
  await publisher.publish([
    registered('c-gone', '王秘密'),
    registered('c-later', '李秘密'),
    placed('o-gone', 'c-gone', 'p-x'),
  ]);
  then = [...publisher.events];
  at = await momentPasses();
  await publisher.publish(generated({ seed: 'since', customers: 10, products: 6, orders: 60 }));
  await publisher.publish([
    event('customer.erased', 'c-gone', 1_000),
    event('customer.updated', 'c-later', 2, { name: '李公开' }),
    placed('o-since', 'c-later', 'p-x'),
  ]);
  await system().operateJson('snapshot', '--at', new Date(at).toISOString(), '--name', 'then');
  await until('the snapshot to be complete', async () => {
    const [snapshot] = (await system().operateJson('snapshot', 'list')) as unknown as { phase: string }[];
    return snapshot?.phase === 'complete';
  });
}, 180_000);

async function expectSnapshot(events: readonly PublishedEvent[]): Promise<void> {
  const expected = expectedDocuments(events, at);
  for (const view of VIEWS) {
    const shown = await answers.everything(view, '&asOf=then');
    expect([...shown.keys()].sort(), view).toEqual([...expected[view].keys()].sort());
    for (const [id, document] of expected[view]) {
      const { body } = await answers.get(`/v1/${view}/${encodeURIComponent(id)}?asOf=then`);
      expect((body as { data: Document }).data, `${view}/${id}`).toEqual(document);
    }
  }
}

describe('a history', () => {
  it('is read in Kafka again, and ends in the document as it is', async () => {
    const { publisher } = system();
    for (const view of VIEWS) {
      const [[id, present] = ['', {}]] = [...(await answers.everything(view))];
      const { status, body } = await answers.get(`/v1/${view}/${encodeURIComponent(id)}/history`);
      expect(status, view).toBe(200);
      const { data, complete } = body as { complete: boolean; data: { eventId: string; document: Document }[] };
      const published = publisher.events.filter(({ topic, event: { subject } }) => topic === view && subject === id);
      expect([complete, data.map(({ eventId }) => eventId).sort()]).toEqual([
        true,
        [...new Set(published.map((one) => one.event.id))].sort(),
      ]);
      expect(data.at(-1)?.document).toMatchObject(present);
    }
  });
});

describe('a snapshot', () => {
  it('shows every document as it was, with its windows, and nothing of whom later events erased', async () => {
    await expectSnapshot([...then, event('customer.erased', 'c-gone', 1_000)]);
    const { body } = await answers.get('/v1/customers/c-later?asOf=then');
    expect(body).toMatchObject({
      data: { name: '李秘密' },
      freshness: { lagEvents: 0, lagMs: 0, refused: null, asOf: new Date(at).toISOString() },
    });
    expect((await answers.list('orders?q=李公开&asOf=then')).data).toEqual([]);
    await expectConvergence(answers, system().publisher.events);
  }, 120_000);

  it('lets go of whom an event erases that comes later still', async () => {
    const erased = event('customer.erased', 'c-later', 1_000);
    await system().publisher.publish([erased]);
    const forgotten = async () => (await answers.get('/v1/customers/c-later?asOf=then')).status === 404;
    await until('the snapshot to forget, as soon as the present does', forgotten, PROMPT_MS);
    await until('its orders to be shown without', async () => {
      await expectSnapshot([...then, event('customer.erased', 'c-gone', 1_000), erased]);
      return true;
    });
  }, 120_000);

  it('is listed, cannot be mixed with the present, and is gone when it is deleted', async () => {
    const { body } = await answers.get('/v1/meta');
    expect(body).toMatchObject({ snapshots: [{ name: 'then', at: new Date(at).toISOString() }] });
    const { page } = await answers.list('products?size=2');
    const cursor = encodeURIComponent(page.next ?? '');
    expect(await answers.get(`/v1/products?size=2&asOf=then&cursor=${cursor}`)).toMatchObject({ status: 410 });
    expect((await system().operate('rebuild', 'switch', '2')).code, 'it is never served').toBe(3);
    expect((await system().operate('snapshot', '--at', new Date(at).toISOString(), '--name', 'then')).code).toBe(3);
    await system().operateJson('snapshot', 'delete', 'then', '--yes');
    expect(await answers.get('/v1/customers/c-later?asOf=then')).toMatchObject({
      status: 404,
      body: { code: 'unknown-snapshot' },
    });
    await expectConvergence(answers, system().publisher.events);
  }, 120_000);
});
