/** Orders, customers and products find each other, whichever comes first and whatever becomes of them later. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { PublishedEvent } from '../recomputation-documents.js';
import type { Answers } from './answers.js';
import { expectConvergence, expectDocuments } from './convergence.js';
import { created, event, placed, registered } from './shop.js';
import { systemFor } from './system.js';

const system = systemFor('join');
let answers: Answers;

beforeAll(async () => {
  await system().startProjector();
  answers = await system().startApi();
});

/** Publishes, waits until it is projected, and compares all documents there are so far. */
async function project(...events: PublishedEvent[]): Promise<void> {
  const { publisher } = system();
  await publisher.publish(events);
  await expectDocuments(answers, publisher.events);
}

const ARRIVALS = [
  ['order', 'customer', 'product'],
  ['order', 'product', 'customer'],
  ['customer', 'order', 'product'],
  ['customer', 'product', 'order'],
  ['product', 'order', 'customer'],
  ['product', 'customer', 'order'],
] as const;

describe('an order, its customer and its product', () => {
  it.each(ARRIVALS)('are joined when they arrive as %s, %s, %s', async (...arrival) => {
    const suffix = arrival.join('-');
    const [orderId, customerId, productId] = [`o-${suffix}`, `c-${suffix}`, `p-${suffix}`];
    const events = {
      order: placed(orderId, customerId, productId),
      customer: registered(customerId, '王芳'),
      product: created(productId, '苹果手机'),
    };
    const missing = new Map([
      ['customer', `customers/${customerId}`],
      ['product', `products/${productId}`],
    ]);
    const arrived = new Set<string>();
    for (const next of arrival) {
      await project(events[next]);
      arrived.add(next);
      missing.delete(next);
      const order = await answers.document('orders', orderId);
      const customer = await answers.document('customers', customerId);
      if (arrived.has('order')) expect(order?.pending).toEqual([...missing.values()]);
      else expect(order).toBeNull();
      if (arrived.has('customer')) expect(customer?.orderCount).toBe(arrived.has('order') ? 1 : 0);
      else expect(customer).toBeNull();
    }
    expect(await answers.document('orders', orderId)).toMatchObject({
      customer: { customerId, name: '王芳', level: 'gold' },
      lines: [{ productId, name: '苹果手机', onShelf: true }],
      total: 39_800,
    });
  });
});

describe('what joined documents show', () => {
  const [orderId, customerId, productId] = ['o-1', 'c-1', 'p-1'] as const;
  const order = () => answers.document('orders', orderId);
  const customer = () => answers.document('customers', customerId);
  const product = () => answers.document('products', productId);

  it('follows a customer and a product that are renamed', async () => {
    await project(
      registered(customerId, '王芳'),
      created(productId, '苹果手机'),
      placed(orderId, customerId, productId),
    );
    await project(event('customer.updated', customerId, 2, { name: '王小芳' }));
    expect(await order()).toMatchObject({ customer: { name: '王小芳' } });
    await project(event('product.updated', productId, 2, { name: 'iPhone 17' }));
    expect(await order()).toMatchObject({ lines: [{ name: 'iPhone 17' }] });
    expect(await customer()).toMatchObject({ recentOrders: [{ orderId, lines: [{ name: 'iPhone 17' }] }] });
  });

  it('counts a sale and what comes back of it', async () => {
    await project(event('order.paid', orderId, 2, { method: 'alipay' }));
    expect(await product()).toMatchObject({ sales30d: 2, revenue30d: { CNY: 39_800 } });
    expect(await order()).toMatchObject({ paymentMethod: 'alipay' });
    await project(event('order.returned', orderId, 3, { returnId: 'r-1', lines: [{ lineId: '1', quantity: 1 }] }));
    expect(await product()).toMatchObject({ sales30d: 2, returns30d: 1, returnRate30d: 0.5 });
    expect(await customer()).toMatchObject({ totalSpent: { CNY: 19_900 } });
  });

  it('moves with an order that is transferred to another customer', async () => {
    await project(registered('c-2', 'Ann'), event('order.transferred', orderId, 4, { customerId: 'c-2' }));
    expect(await customer()).toMatchObject({ orderCount: 0, recentOrders: [], totalSpent: {} });
    expect(await answers.document('customers', 'c-2')).toMatchObject({ orderCount: 1, totalSpent: { CNY: 19_900 } });
    await project(event('order.transferred', orderId, 5, { customerId }));
    expect(await customer()).toMatchObject({ orderCount: 1 });
  });

  it('keeps the last known name of what is deleted', async () => {
    await project(event('customer.deleted', customerId, 3), event('product.deleted', productId, 3));
    expect(await order()).toMatchObject({
      customer: { customerId, name: '王小芳', level: null, deleted: true },
      lines: [{ productId, name: 'iPhone 17', category: null, deleted: true }],
      pending: [],
    });
    expect(await customer()).toBeNull();
    expect(await product()).toBeNull();
  });

  it('completes again with what is created anew', async () => {
    await project(
      event('customer.registered', customerId, 4, { name: 'Wang Fang' }),
      event('product.created', productId, 4, { name: '苹果手机 2', category: 'phones', price: 100, currency: 'CNY' }),
    );
    expect(await order()).toMatchObject({
      customer: { name: 'Wang Fang', deleted: false },
      lines: [{ deleted: false }],
    });
    expect(await customer()).toMatchObject({ orderCount: 1, email: null });
    expect(await product()).toMatchObject({ sales30d: 2 });
  });

  it('forgets an erased customer but for the id', async () => {
    await project(event('customer.erased', customerId, 5));
    expect((await order())?.customer).toEqual({ customerId, name: null, level: null, city: null, deleted: true });
    expect(await customer()).toBeNull();
    await expectConvergence(answers, system().publisher.events);
    const everything = JSON.stringify([...(await answers.everything('orders')).values()]);
    expect(everything).not.toContain('Wang Fang');
  });

  it('is without a deleted order, and with it again when it is placed anew', async () => {
    await project(event('order.deleted', orderId, 6));
    expect(await order()).toBeNull();
    expect(await product()).toMatchObject({ sales30d: 0, revenue30d: {} });
    const lines = [{ lineId: '1', productId, quantity: 1, unitPrice: 5 }];
    await project(event('order.placed', orderId, 7, { customerId: 'c-2', currency: 'USD', lines }));
    expect(await order()).toMatchObject({ status: 'pending', paidAt: null, returnedCount: 0, currency: 'USD' });
    expect(await answers.document('customers', 'c-2')).toMatchObject({ orderCount: 1 });
    await expectConvergence(answers, system().publisher.events);
  });
});
