/** What became of an event, asked over HTTP, with the traces that real servers keep of it. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { PublishedEvent } from '../recomputation-documents.js';
import { until } from '../until.js';
import type { Answers } from './answers.js';
import { toMessage } from './publisher.js';
import { created, event, placed, registered } from './shop.js';
import { systemFor } from './system.js';

const system = systemFor('events');
let answers: Answers;

const withId = ({ topic, event: envelope }: PublishedEvent, id: string): PublishedEvent => ({
  topic,
  event: { ...envelope, id },
});
const ORDER = withId(placed('o-1', 'c-1', 'p-1'), '事件/1 100%');

beforeAll(async () => {
  await system().startProjector();
  answers = await system().startApi();
  const { publisher } = system();
  await publisher.publish([registered('c-1', '王芳'), created('p-1', '手机')]);
  await publisher.publish([ORDER]);
  await answers.caughtUp();
});

async function became(eventId: string, query = '') {
  const { status, body } = await answers.get(`/v1/events/${encodeURIComponent(eventId)}${query}`);
  return { status, ...(body as { data: Record<string, unknown>[]; complete: boolean; code: string }) };
}

describe('what became of an event', () => {
  it('is that it was folded, and what shows it; or, of another delivery, that it is a duplicate', async () => {
    const { topics } = system().servers;
    const folded = {
      ...{ eventId: ORDER.event.id, type: 'order.placed', aggregate: 'orders/o-1', outcome: 'folded', reason: null },
      ...{ topic: topics.orders, offset: expect.any(Number), visible: true, time: ORDER.event.time },
      visibleSince: expect.stringMatching(/Z$/),
      documents: ['orders/o-1', 'customers/c-1'],
    };
    expect(await became(ORDER.event.id)).toMatchObject({ status: 200, complete: true, data: [folded] });
    await system().publisher.publishAborted([ORDER]);
    await system().publisher.publishInTransaction([ORDER]);
    await answers.caughtUp();
    const both = [folded, { ...folded, outcome: 'duplicate' }];
    expect((await became(ORDER.event.id)).data).toMatchObject(both);
    expect(await became(ORDER.event.id, '?aggregate=orders/o-1')).toMatchObject({ complete: true, data: both });
  });

  it('is that it is in the quarantine, until it is re-driven', async () => {
    const { publisher, servers } = system();
    const { value } = toMessage(
      { ...event('order.paid', 'o-1', 2).event, id: 'e-bad', data: { method: 7 } },
      'structured',
    );
    const place = await publisher.publishRaw('orders', { key: 'o-1', value: value ?? null });
    await until('the record to be quarantined', async () => (await became('e-bad')).status === 200);
    const quarantined = { eventId: 'e-bad', outcome: 'quarantined', reason: 'data-invalid', visible: false, ...place };
    expect((await became('e-bad')).data).toMatchObject([{ ...quarantined, type: 'order.paid', documents: [] }]);
    // As if a later version of the projector could read it.
    const good = toMessage({ ...event('order.paid', 'o-1', 2).event, id: 'e-bad', data: {} }, 'structured').value;
    const kept = servers.db.collection('quarantine');
    await kept.updateOne({ 'event.eventId': 'e-bad' }, { $set: { value: Buffer.from(String(good)) } });
    expect(await system().operateJson('quarantine', 'redrive', '--all')).toMatchObject({ events: 1 });
    expect((await became('e-bad')).data).toMatchObject([{ outcome: 'folded', visible: true, ...place }]);
  });

  it('is not known of one that was never seen, and of a forgotten one by its aggregate only', async () => {
    expect(await became('e-none')).toMatchObject({ status: 404, code: 'not-found' });
    expect(await became('e-none', '?aggregate=orders/o-1')).toMatchObject({ status: 404 });
    const updates = Array.from({ length: 70 }, (_, i) =>
      withId(event('customer.updated', 'c-1', i + 2, { city: `${i}` }), `e-city-${i}`),
    );
    await system().publisher.publish(updates, 'binary');
    await answers.caughtUp();
    expect((await became('e-city-69')).data).toMatchObject([{ outcome: 'folded', aggregate: 'customers/c-1' }]);
    expect(await became('e-city-0')).toMatchObject({ status: 404 });
    expect(await became('e-city-0', '?aggregate=customers/c-1')).toMatchObject({
      complete: true,
      data: [{ outcome: 'folded', type: 'customer.updated', documents: ['customers/c-1', 'orders/o-1'] }],
    });
  });
});
