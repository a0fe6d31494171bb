import { describe, expect, it } from 'vitest';
import { decode } from '../../mappings/events/decode.js';
import type { SampleEvent } from '../../sample/events.js';
import { Random } from '../../sample/random.js';
import { Registry } from '../../sample/registry.js';
import { generateShop } from '../../sample/shop.js';
import { Trickle } from '../../sample/trickle.js';
import { recompute } from '../recomputation.js';

const NOW = Date.parse('2026-11-20T09:30:00Z');
const DAY_MS = 86_400_000;
const ALL_TYPES = [
  ...['customer.registered', 'customer.registered.v1', 'customer.updated', 'customer.deleted', 'customer.erased'],
  ...['product.created', 'product.updated', 'product.priced', 'product.shelved', 'product.unshelved'],
  ...['product.deleted', 'order.placed', 'order.placed.v1', 'order.amended', 'order.transferred'],
  ...['order.inventory_locked', 'order.inventory_rejected', 'order.confirmed', 'order.paid', 'order.shipped'],
  ...['order.delivered', 'order.cancelled', 'order.returned', 'order.deleted'],
].sort();

const small = { seed: 'test', now: NOW, customers: 300, products: 200, orders: 2000 };
const shop = [...generateShop(small)];

function reasonsOfRefusal(events: readonly SampleEvent[]): unknown[] {
  const headers = { 'content-type': 'application/cloudevents+json' };
  return events
    .map(({ topic, key, event }) => {
      return decode(topic, { key: Buffer.from(key), value: Buffer.from(JSON.stringify(event)), headers });
    })
    .filter(({ kind }) => kind !== 'event');
}

describe('the history of the sample shop', () => {
  it('is the same for the same seed, and another one for another seed', () => {
    expect([...generateShop(small)]).toEqual(shop);
    const other = [...generateShop({ ...small, seed: 'other' })];
    expect(other.slice(0, 100)).not.toEqual(shop.slice(0, 100));
  });

  it('shows every type of event, and every event keeps the contract', () => {
    expect([...new Set(shop.map(({ event }) => event.type))].sort()).toEqual(ALL_TYPES);
    expect(reasonsOfRefusal(shop)).toEqual([]);
  });

  it('numbers the events of each aggregate without gaps, in the order of their times, none in the future', () => {
    const histories = new Map<string, Map<number, string>>();
    const misplaced: unknown[] = [];
    for (const { topic, key, event } of shop) {
      if (key !== event.subject || Date.parse(event.time) > NOW) misplaced.push(event);
      const history = histories.get(`${topic}/${key}`) ?? new Map<number, string>();
      histories.set(`${topic}/${key}`, history.set(Number(event.sequence), event.time));
    }
    expect(misplaced).toEqual([]);
    expect(histories.size).toBe(300 + 200 + 2000);
    const misnumbered: unknown[] = [];
    for (const history of histories.values()) {
      const numbered = [...history].sort(([a], [b]) => a - b);
      const times = numbered.map(([, time]) => time);
      const inOrder = times.every((time, i) => i === 0 || time >= (times[i - 1] ?? ''));
      if (!inOrder || numbered.at(-1)?.[0] !== history.size) misnumbered.push(numbered);
    }
    expect(misnumbered).toEqual([]);
  });

  it('publishes about one event in a hundred twice, with the same id and content', () => {
    const byId = new Map<string, SampleEvent[]>();
    for (const sample of shop) byId.set(sample.event.id, [...(byId.get(sample.event.id) ?? []), sample]);
    const repeated = [...byId.values()].filter((copies) => copies.length > 1);
    expect(repeated.length / byId.size).toBeGreaterThan(0.005);
    expect(repeated.length / byId.size).toBeLessThan(0.02);
    for (const [first, ...others] of repeated) for (const other of others) expect(other).toEqual(first);
  });

  it('lets events of one aggregate overtake each other, and orders come before their customer or product', () => {
    const arrivals = new Map<string, number>();
    let overtaken = 0;
    const highest = new Map<string, number>();
    for (const [i, { topic, key, event }] of shop.entries()) {
      const aggregate = `${topic}/${key}`;
      if (/registered|created/.test(event.type) && !arrivals.has(aggregate)) arrivals.set(aggregate, i);
      const sequence = Number(event.sequence);
      if (sequence < (highest.get(aggregate) ?? 0)) overtaken += 1;
      highest.set(aggregate, Math.max(sequence, highest.get(aggregate) ?? 0));
    }
    const tooEarly = { customers: 0, products: 0 };
    for (const [i, { event }] of shop.entries()) {
      if (event.type !== 'order.placed') continue;
      const { customerId, lines } = event.data as { customerId: string; lines: { productId: string }[] };
      if ((arrivals.get(`customers/${customerId}`) ?? 0) > i) tooEarly.customers += 1;
      if (lines.some(({ productId }) => (arrivals.get(`products/${productId}`) ?? 0) > i)) tooEarly.products += 1;
    }
    expect(overtaken).toBeGreaterThan(10);
    expect(tooEarly.customers).toBeGreaterThan(0);
    expect(tooEarly.products).toBeGreaterThan(0);
  });

  it('sells in Chinese and English, in several currencies, on every day, a few things far more than the rest', () => {
    const { orders, products, customers } = recompute(shop, { now: NOW });
    const names = [...products.values()].map(({ name }) => name ?? '');
    expect(names.filter((name) => name.includes('苹果')).length).toBeGreaterThan(10);
    expect(names.filter((name) => /\bphone\b/.test(name)).length).toBeGreaterThan(10);
    const currencies = [...orders.values()].map(({ currency }) => currency);
    expect(new Set(currencies)).toEqual(new Set(['CNY', 'USD', 'EUR']));
    const days = new Set([...orders.values()].map(({ placedAt }) => placedAt.slice(0, 10)));
    expect(days.size).toBeGreaterThanOrEqual(75);
    const units = [...products.values()].map(({ sales30d }) => sales30d).sort((a, b) => b - a);
    expect(units[0] ?? 0).toBeGreaterThan(10 * (units[100] ?? 0));
    expect([...customers.values()].some(({ city }) => city === '上海')).toBe(true);
  });

  it('has busy evenings and quiet nights in China', () => {
    const placedAtHour = (hour: number) => {
      return shop.filter(({ event }) => {
        const isPlacing = event.type.startsWith('order.placed');
        return isPlacing && new Date(Date.parse(event.time) + 8 * 3_600_000).getUTCHours() === hour;
      }).length;
    };
    expect(placedAtHour(21)).toBeGreaterThan(5 * placedAtHour(3));
  });
});

describe('the live events of the sample shop', () => {
  it('keep the contract, continue the sequences, and never repeat an id of the history', () => {
    const registry = new Registry();
    const last = new Map<string, number>();
    for (const { topic, key, event } of shop) {
      registry.observe(topic, event);
      last.set(`${topic}/${key}`, Math.max(Number(event.sequence), last.get(`${topic}/${key}`) ?? 0));
    }
    const seen = new Set(shop.map(({ event }) => event.id));
    let clock = NOW;
    const trickle = new Trickle(new Random('live'), registry, () => {
      clock += 200;
      return clock;
    });
    const live = Array.from({ length: 5000 }, () => trickle.next());
    expect(reasonsOfRefusal(live)).toEqual([]);
    const fresh = [...new Map(live.map((sample) => [sample.event.id, sample])).values()];
    expect(fresh.length).toBeLessThan(live.length);
    const misplaced: unknown[] = [];
    for (const { topic, key, event } of fresh) {
      const expected = (last.get(`${topic}/${key}`) ?? 0) + 1;
      if (seen.has(event.id) || Number(event.sequence) !== expected) misplaced.push(event);
      last.set(`${topic}/${key}`, Number(event.sequence));
    }
    expect(misplaced).toEqual([]);
    const topics = new Set(live.map(({ topic }) => topic));
    expect(topics).toEqual(new Set(['customers', 'products', 'orders']));
    expect(Date.parse(live.at(-1)?.event.time ?? '')).toBeLessThan(NOW + DAY_MS);
  });

  it('start from an empty shop too', () => {
    const trickle = new Trickle(new Random('empty'), new Registry(), () => NOW);
    const live = Array.from({ length: 500 }, () => trickle.next());
    expect(reasonsOfRefusal(live)).toEqual([]);
    expect(live.some(({ event }) => event.type === 'order.paid')).toBe(true);
  });
});
