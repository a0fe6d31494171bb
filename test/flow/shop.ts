/** Events of one small shop, written one at a time, and many of a generated one. */

import { generateShop, type ShopOptions } from '../../sample/shop.js';
import type { EventEnvelope, PublishedEvent, Topic } from '../recomputation-documents.js';

let written = 0;

/** An event of the aggregate that the type names, e.g. `order.placed`. Later calls happen later. */
export function event(type: string, subject: string, sequence: number, data?: object): PublishedEvent {
  written += 1;
  const topic = `${type.split('.')[0]}s` as Topic;
  const envelope: EventEnvelope = {
    id: `e-${written}`,
    type,
    subject,
    time: new Date(Date.now() + written).toISOString(),
    sequence: String(sequence),
  };
  return { topic, event: data === undefined ? envelope : { ...envelope, data } };
}

export function registered(customerId: string, name: string): PublishedEvent {
  return event('customer.registered', customerId, 1, {
    name,
    email: `${customerId}@example.com`,
    level: 'gold',
    city: '上海',
  });
}

export function created(productId: string, name: string, others: object = {}): PublishedEvent {
  const data = {
    name,
    category: 'phones',
    brand: 'Apple',
    price: 19_900,
    currency: 'CNY',
    onShelf: true,
    tags: ['5G'],
    ...others,
  };
  return event('product.created', productId, 1, data);
}

export function placed(orderId: string, customerId: string, productId: string, quantity = 2): PublishedEvent {
  const lines = [{ lineId: '1', productId, quantity, unitPrice: 19_900 }];
  return event('order.placed', orderId, 1, { customerId, currency: 'CNY', city: '北京', lines });
}

/** The history of a generated shop, up to now. About seven events an order. */
export function generated(options: Omit<ShopOptions, 'now'>): PublishedEvent[] {
  return [...generateShop({ ...options, now: Date.now() })].map(({ topic, event }) => ({ topic, event }));
}
