/** Each store has a lane of its own, and a position is durable only after all of them. */
import { describe, expect, it } from 'vitest';
import type { DocumentStore } from '../../../projector/ports/documents.js';
import { liveProjection, toRecord } from '../../memory/projection.js';
import { MemorySource } from '../../memory/source.js';
import { until } from '../../until.js';
import { history } from '../../view-kit/history.js';
import { SHOP_NOW } from '../pipeline/shop-events.js';

const event = history('2026-11-20T10:00:00Z');
const EVENTS = [
  event('customer.registered', 'c-1', { name: '王芳' }),
  event('product.created', 'p-1', { name: '苹果手机', category: 'phones', price: 500, currency: 'CNY' }),
  event('customer.updated', 'c-1', { name: '王小明' }),
];

function world() {
  return liveProjection({ now: SHOP_NOW, settings: { businessTimeZone: 'UTC', reportingCurrency: 'CNY' } });
}

describe('a store that does not answer', () => {
  it('holds up its own documents and all positions, and not the documents of the other', async () => {
    const shop = world();
    let answer: () => void = () => {};
    const answering = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const around: DocumentStore = {
      async publish(target, ticket, documents) {
        if (target.view !== 'customers') await answering;
        return shop.documents.publish(target, ticket, documents);
      },
    };
    const shown = (view: 'customers' | 'products', id: string) =>
      shop.documents.visible({ view, revision: 1 }).get(id)?.name;
    const ended = shop.run(EVENTS, { batch: 1, workers: 1, around });
    await until('the last change of the customer to be shown', async () => shown('customers', 'c-1') === '王小明');
    expect(shown('products', 'p-1')).toBeUndefined();
    expect(shop.positions.next({ topic: 'products', partition: 0 })).toBe(0);
    answer();
    await ended;
    expect(shown('products', 'p-1')).toBe('苹果手机');
    expect(shop.positions.next({ topic: 'products', partition: 0 })).toBeGreaterThan(0);
  });

  it('holds up what the source has passed behind it, too', async () => {
    const shop = world();
    let answer: () => void = () => {};
    const answering = new Promise<void>((resolve) => {
      answer = resolve;
    });
    let asked = 0;
    const around: DocumentStore = {
      async publish(...published) {
        asked += 1;
        await answering;
        return shop.documents.publish(...published);
      },
    };
    const source = new MemorySource(EVENTS.map(toRecord));
    const end = { topic: 'customers', partition: 0, next: 9 };
    source.passed = [end];
    const projection = shop.worker(source, 10, around);
    const ended = projection.run();
    await until('it to be passed while documents wait', async () => asked === 2 && source.passed.length === 0);
    expect(await shop.positions.read()).toEqual([]);
    answer();
    await until('it to be durable', async () => shop.positions.next(end) === end.next);
    await projection.stop();
    await ended;
  });

  it('ends the projection when it refuses for a reason that does not pass', async () => {
    const around: DocumentStore = {
      async publish() {
        throw new Error('the index is gone');
      },
    };
    await expect(world().run(EVENTS, { batch: 1, workers: 1, around })).rejects.toThrow('the index is gone');
  });
});
