/** A caller that has just caused an event, and asks for an answer with it. */
import { beforeAll, describe, expect, it } from 'vitest';
import { jobsCollection } from '../../runtime/storage/names.js';
import type { PublishedEvent } from '../recomputation-documents.js';
import { until } from '../until.js';
import type { Answer, Answers, Document, ListAnswer } from './answers.js';
import { expectConvergence } from './convergence.js';
import { created, event, placed, registered } from './shop.js';
import { systemFor } from './system.js';

const INLINE_MAX = 40;
/** The first one of the namespace. */
const GENERATION = 1;

const system = systemFor('wait');
let answers: Answers;

beforeAll(async () => {
  await system().startProjector({ FAN_OUT_INLINE_MAX: String(INLINE_MAX) });
  answers = await system().startApi();
});

function byId({ topic, event: { subject, id } }: PublishedEvent): string {
  return `${topic}/${encodeURIComponent(subject)}#${encodeURIComponent(id)}`;
}

function byVersion({ topic, event: { subject, sequence } }: PublishedEvent): string {
  return `${topic}/${encodeURIComponent(subject)}@${sequence}`;
}

/** The machine may be busy: what is to come gets the longest time there is, and for as often as it takes. */
async function waited(path: string, waitFor: string): Promise<unknown> {
  return until(`${path} with ${waitFor}`, async () => {
    const { status, body } = await answers.get(path, { 'Wait-For': `${waitFor};timeout=5000` });
    if ((body as { code?: string }).code === 'wait-timeout') return false;
    expect(status, JSON.stringify(body)).toBe(200);
    return body;
  });
}

const waitedDocument = async (path: string, waitFor: string) =>
  ((await waited(path, waitFor)) as { data: Document }).data;
const waitedList = async (path: string, waitFor: string) => ((await waited(path, waitFor)) as ListAnswer).data;

async function inVain(waitFor: string, timeoutMs = 300): Promise<Answer> {
  const answer = await answers.get('/v1/customers?size=1', { 'Wait-For': `${waitFor};timeout=${timeoutMs}` });
  expect(answer.body).toMatchObject({ status: 503, code: 'wait-timeout' });
  expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
  return answer;
}

describe('an answer that waits for an event', () => {
  it('has it in every document and list that it reaches, hundreds of times', async () => {
    const { publisher } = system();
    const publish = async (happened: PublishedEvent) => {
      await publisher.publish([happened]);
      return happened;
    };
    await publish(created('p/1', '苹果手机'));
    const customers = ['c-1', '客户 2', 'c%3'];
    for (const id of customers) await publish(registered(id, `Name of ${id}`));
    const orders = new Map(customers.map((id) => [id, 0]));
    let sold = 0;
    for (let i = 0; i < 60; i += 1) {
      const customerId = customers[i % customers.length] as string;
      const path = `/v1/customers/${encodeURIComponent(customerId)}`;
      const count = (orders.get(customerId) ?? 0) + 1;
      orders.set(customerId, count);

      const order = placed(`o ${i}`, customerId, 'p/1', 1);
      await publish(order);
      const byOrder = i % 2 === 0 ? byId(order) : byVersion(order);
      switch (i % 4) {
        case 0:
          expect((await waitedList(`${path}/orders?sort=-placedAt`, byOrder)).length).toBe(Math.min(20, count));
          break;
        case 1:
          expect((await waitedDocument(`/v1/orders/o%20${i}`, byOrder)).orderId).toBe(`o ${i}`);
          break;
        case 2:
          expect(await waitedDocument(path, byOrder)).toMatchObject({ orderCount: count });
          break;
        case 3:
          expect(await waitedList(`/v1/customers?orderCountMin=${count}&size=100`, byOrder)).toContainEqual(
            expect.objectContaining({ customerId, orderCount: count }),
          );
      }

      const paid = event('order.paid', `o ${i}`, 2);
      await publish(paid);
      sold += 1;
      const [product, listed, order2] = await Promise.all([
        waitedDocument('/v1/products/p%2F1', byId(paid)),
        waitedList(`/v1/products?sales30dMin=${sold}`, byVersion(paid)),
        waitedList(`/v1/orders?customerId=${encodeURIComponent(customerId)}&status=paid&size=100`, byId(paid)),
      ]);
      expect(product.sales30d).toBe(sold);
      expect(listed.map(({ productId }) => productId)).toEqual(['p/1']);
      expect(order2.map(({ orderId }) => orderId)).toContain(`o ${i}`);

      if (i % 4 !== 0) continue;
      const renamed = event('customer.updated', customerId, 2 + i, { name: `Name ${i}` });
      await publish(renamed);
      const shown = await waitedList(`${path}/orders?size=100`, byVersion(renamed));
      expect(new Set(shown.map(({ customer }) => (customer as Document).name))).toEqual(new Set([`Name ${i}`]));
      expect(shown).toHaveLength(count);
    }
    await expectConvergence(answers, publisher.events);
  }, 240_000);

  it('has several events at once', async () => {
    const { publisher } = system();
    const events = [created('p-several', 'Tea'), registered('c-several', 'Ann')];
    const order = placed('o-several', 'c-several', 'p-several');
    await publisher.publish([order, ...events]);
    const document = await waitedDocument('/v1/orders/o-several', [...events, order].map(byId).join(', '));
    expect(document).toMatchObject({ pending: [], customer: { name: 'Ann' }, lines: [{ name: 'Tea' }] });
  });

  it('comes all the same when the event was published several times', async () => {
    const { publisher } = system();
    const order = placed('o-twice', 'c-1', 'p/1', 1);
    await publisher.publish([order, order]);
    expect(await waitedDocument('/v1/orders/o-twice', byId(order))).toMatchObject({ status: 'pending' });
    await publisher.publish([order]);
    expect(await waitedDocument('/v1/orders/o-twice', byVersion(order))).toMatchObject({ status: 'pending' });
  });

  it('is in vain for a version that is missing between others, until it comes', async () => {
    const { publisher } = system();
    const [first, third] = [registered('c-gap', 'Ann'), event('customer.updated', 'c-gap', 3, { name: 'Ann 3' })];
    await publisher.publish([first, third]);
    await waited('/v1/customers/c-gap', byVersion(third));
    expect((await inVain('customers/c-gap@2')).body).toMatchObject({ reached: { 'customers/c-gap': 3 } });
    const second = event('customer.updated', 'c-gap', 2, { name: 'Ann 2', city: '北京' });
    await publisher.publish([second]);
    expect(await waitedDocument('/v1/customers/c-gap', byVersion(second))).toMatchObject({
      name: 'Ann 3',
      city: '北京',
    });
  });

  it('is in vain for an event that is remembered no longer, and not for its version', async () => {
    const { publisher } = system();
    const first = created('p-forgotten', 'Tea');
    const later = Array.from({ length: 64 }, (_, i) => event('product.priced', 'p-forgotten', i + 2, { price: i }));
    await publisher.publish([first]);
    await waited('/v1/products/p-forgotten', byId(first));
    await publisher.publish(later);
    await waited('/v1/products/p-forgotten', later.map(byVersion).at(-1) as string);
    expect((await inVain(byId(first))).body).toMatchObject({ reached: { 'products/p-forgotten': 65 } });
    expect(await waitedDocument('/v1/products/p-forgotten', byVersion(first))).toMatchObject({ price: 63 });
  });

  it('is in vain for what is not there, and for an event of another aggregate', async () => {
    const { publisher } = system();
    const order = placed('o-own', 'c-1', 'p/1', 1);
    await publisher.publish([order]);
    await waited('/v1/orders/o-own', byId(order));
    expect((await inVain('orders/o-absent@1')).body).toMatchObject({ reached: { 'orders/o-absent': null } });
    await inVain(`orders/o-other#${order.event.id}`);
  });

  it('knows what was erased to be gone', async () => {
    const { publisher } = system();
    const [came, erased] = [registered('c-erased', 'Ann'), event('customer.erased', 'c-erased', 2)];
    await publisher.publish([came, erased]);
    for (const mark of [byId(came), byVersion(came), byId(erased), byVersion(erased)]) {
      await until('the erasure to be waited for', async () => {
        const { status } = await answers.get('/v1/customers/c-erased', { 'Wait-For': `${mark};timeout=5000` });
        return status === 404;
      });
    }
  });
});

describe('a change whose fan-out goes on as a job', () => {
  it('counts as an event that waits, with its age, though its position is durable', async () => {
    const { publisher, servers } = system();
    const orders = Array.from({ length: INLINE_MAX + 10 }, (_, i) => placed(`o-many-${i}`, 'c-many', 'p-many'));
    await publisher.publish([created('p-many', 'Tea'), registered('c-many', 'Ann'), ...orders]);
    await answers.caughtUp();
    // Someone who never gets on holds the job.
    const jobs = servers.db.collection<{ _id: string }>(jobsCollection(GENERATION));
    const _id = 'orders/product/p-many';
    const requestedAt = Date.now() - 5_000;
    await jobs.insertOne({
      ...{ _id, view: 'orders', reference: 'product', referredId: 'p-many', generation: -1, cursor: null },
      ...{ documents: 0, requestedAt, again: false, leasedUntil: Date.now() + 3_600_000 },
    });
    const changed = event('product.updated', 'p-many', 2, { category: 'other' });
    await publisher.publish([changed]);
    expect(await waitedDocument('/v1/products/p-many', byId(changed))).toMatchObject({ category: 'other' });
    const { freshness } = await answers.list('orders?size=1');
    expect(freshness.lagEvents).toBe(1);
    expect(freshness.lagMs).toBeGreaterThanOrEqual(5_000);
    const { body } = await answers.get('/v1/orders?size=1', { 'Max-Staleness': '4000' });
    expect(body).toMatchObject({ status: 503, code: 'too-stale' });
    const search = '/v1/orders?category=other&productId=p-many';
    const inVain = await answers.get(search, { 'Wait-For': `${byId(changed)};timeout=200` });
    expect(inVain.body).toMatchObject({
      ...{ status: 503, code: 'wait-timeout', reached: { 'products/p-many': 2 } },
      fanOut: [{ aggregate: 'products/p-many', view: 'orders', documents: 0 }],
    });
    await jobs.updateOne({ _id }, { $set: { leasedUntil: 0 } });
    await until('the wait to end with the job', async () => {
      const { status, body } = await answers.get(search, { 'Wait-For': `${byId(changed)};timeout=5000` });
      // Before, it is refused: it is never answered without the change.
      if (status === 200) expect(body).toMatchObject({ total: { value: orders.length } });
      else expect(body).toMatchObject({ status: 503, code: 'wait-timeout' });
      return status === 200;
    });
    await answers.caughtUp();
    await expectConvergence(answers, publisher.events);
  }, 120_000);
});

describe('Max-Staleness', () => {
  it('refuses an answer while no projector runs and events wait', async () => {
    const { publisher } = system();
    await answers.caughtUp();
    expect((await answers.get('/v1/orders', { 'Max-Staleness': '0' })).status).toBe(200);
    await system().stopProjectors();
    const order = placed('o-late', 'c-1', 'p/1', 1);
    await publisher.publish([order]);
    await until('the view to be too stale', async () => {
      const { body } = await answers.get('/v1/orders', { 'Max-Staleness': '50' });
      return (body as { code?: string }).code === 'too-stale';
    });
    expect((await answers.get('/v1/orders', {})).status).toBe(200);
    await inVain(byId(order));
  });
});
