/** A history that was imported: its events were all appended a moment ago, in no order, and tell of long ago. */
import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { ReadModelClient } from '../../api/client/index.js';
import type { PublishedEvent } from '../recomputation-documents.js';
import { until } from '../until.js';
import { history } from '../view-kit/history.js';
import type { Answers, Document, ViewName } from './answers.js';
import { expectDocuments, expectedDocuments } from './convergence.js';
import { generated } from './shop.js';
import { systemFor } from './system.js';

const VIEWS: readonly ViewName[] = ['orders', 'products', 'customers'];
const DAY_MS = 86_400_000;
const AT = Date.now() - 20 * DAY_MS;
const ORDER_EVENTS = 330;

const system = systemFor('imported');
const event = history(new Date(AT - DAY_MS).toISOString());
const line = { lineId: '1', productId: 'p-long', quantity: 1, unitPrice: 100 };
const long = [
  event('order.placed', 'o-long', { customerId: 'c-long', currency: 'CNY', lines: [line] }),
  ...Array.from({ length: ORDER_EVENTS - 1 }, (_, i) =>
    event('order.amended', 'o-long', { lines: [{ ...line, quantity: i + 2 }] }),
  ),
];
const secret = [
  event('customer.registered', 'c-secret', { name: '王秘密' }),
  event('customer.erased', 'c-secret', {}, { time: new Date(AT + DAY_MS).toISOString() }),
];
let answers: Answers;

/** The same each time. */
function shuffled(events: readonly PublishedEvent[]): PublishedEvent[] {
  const place = (one: PublishedEvent, i: number) => createHash('sha1').update(`${one.event.id} ${i}`).digest('hex');
  return events
    .map((one, i) => ({ one, at: place(one, i) }))
    .sort((a, b) => (a.at < b.at ? -1 : 1))
    .map(({ one }) => one);
}

beforeAll(async () => {
  const all = [...generated({ seed: 'imported', customers: 40, products: 15, orders: 200 }), ...long, ...secret];
  await system().startProjector();
  answers = await system().startApi();
  await system().publisher.publish(shuffled([...all, ...all.filter((_, i) => i % 5 === 0)]));
  await system().publisher.publishRaw('orders', { key: 'o-long', value: '{"broken":' });
  await answers.caughtUp(60_000);
}, 180_000);

describe('a history that was imported', () => {
  it('has a past by the time of its events: what a computation makes of those of then', async () => {
    const { events } = system().publisher;
    await system().operateJson('snapshot', '--at', new Date(AT).toISOString(), '--name', 'then', '--clock', 'event');
    await until('the snapshot to be complete', async () => {
      const [snapshot] = (await system().operateJson('snapshot', 'list')) as unknown as object[];
      expect(snapshot).toMatchObject({ name: 'then', clock: 'event' });
      return (snapshot as { phase: string }).phase === 'complete';
    });
    const ofThen = ({ event: { time, type } }: PublishedEvent) => Date.parse(time) <= AT || type === 'customer.erased';
    const expected = expectedDocuments(events.filter(ofThen), AT);
    for (const view of VIEWS) {
      const shown = await answers.everything(view, '&asOf=then');
      expect([...shown.keys()].sort(), view).toEqual([...expected[view].keys()].sort());
      for (const [id, document] of expected[view]) {
        const { body } = await answers.get(`/v1/${view}/${encodeURIComponent(id)}?asOf=then`);
        expect((body as { data: Document }).data, `${view}/${id}`).toEqual(document);
      }
    }
    expect(expected.orders.size).toBeGreaterThan(50);
    expect(expected.orders.size).toBeLessThan((await answers.everything('orders')).size);
    const { body } = await answers.get('/v1/meta');
    expect(body).toMatchObject({ snapshots: [{ name: 'then', at: new Date(AT).toISOString(), clock: 'event' }] });
    await expectDocuments(answers, events);
  }, 120_000);

  it('is told of one order with hundreds of events, page by page, with the document as of each', async () => {
    const { body } = await answers.get('/v1/orders/o-long/history');
    expect(body).toMatchObject({ complete: true, page: { size: 100 } });
    const client = new ReadModelClient({ baseUrl: answers.base });
    const told = [];
    for await (const moment of client.orders.wholeHistory('o-long', { size: 90 })) told.push(moment);
    expect(told.map(({ eventId }) => eventId)).toEqual(long.map(({ event: { id } }) => id));
    expect(told.map(({ document }) => document?.itemCount)).toEqual(long.map((_, i) => i + 1));
    expect(told[200]?.changed).toEqual(expect.arrayContaining(['lines', 'total', 'itemCount', 'updatedAt']));
    expect(told.at(-1)?.document).toEqual(await answers.document('orders', 'o-long'));
  }, 60_000);
});
