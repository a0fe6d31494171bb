import { describe, expect, it } from 'vitest';
import { eventTypes, upcasters } from '../../../mappings/events/catalogue.js';
import { decode } from '../../../mappings/events/decode.js';
import type { AggregateName } from '../../../mappings/events/event.js';
import { dataOf, dataReason, ENVELOPE, eventOf, raw, reasonOf, structured } from './records.js';

const NO_DATA_TYPES: readonly [AggregateName, string][] = [
  ['customers', 'customer.deleted'],
  ['customers', 'customer.erased'],
  ['products', 'product.shelved'],
  ['products', 'product.unshelved'],
  ['products', 'product.deleted'],
  ['orders', 'order.inventory_locked'],
  ['orders', 'order.confirmed'],
  ['orders', 'order.delivered'],
  ['orders', 'order.deleted'],
];

describe('types', () => {
  it.each(NO_DATA_TYPES)('of %s: %s says all without data', (aggregate, type) => {
    for (const data of [undefined, null, {}, { unknown: 1 }]) expect(dataOf(aggregate, type, data)).toEqual({});
    for (const data of [[], '', 'text', 7, false]) expect(dataReason(aggregate, type, data)).toBe('data-invalid');
  });

  it.each([
    'order.teleported',
    'order.confirmed.v1',
    'order.placed.v2',
    'order.placed.v1.v1',
    'Order.Placed',
    ' order.placed',
    'customer.updated.v1',
    'product.created.v1',
    '__proto__',
    'constructor',
  ])('%s is unknown on any topic, whatever its data', (type) => {
    for (const aggregate of ['customers', 'products', 'orders'] as const) {
      expect(decode(aggregate, structured({ type, data: 'anything', datacontenttype: 'text/plain' }))).toEqual({
        kind: 'unknown',
        type,
      });
    }
  });

  it('belong to the topic of their aggregate, older shapes too', () => {
    expect(reasonOf('products', structured({ type: 'order.confirmed' }))).toBe('wrong-topic');
    expect(reasonOf('orders', structured({ type: 'customer.registered.v1' }))).toBe('wrong-topic');
    expect(reasonOf('products', structured({ type: 'order.confirmed', time: 'now' }))).toBe('time-invalid');
  });

  it('are listed per aggregate', () => {
    expect(Object.values(eventTypes).map((types) => types.length)).toEqual([4, 6, 12]);
    for (const [aggregate, types] of Object.entries(eventTypes) as [AggregateName, readonly string[]][]) {
      for (const type of types) expect(reasonOf(aggregate, structured({ type }))).toMatch(/^(event|data-invalid)$/);
    }
    expect(upcasters.map(({ from, to }) => [from, to])).toEqual([
      ['customer.registered.v1', 'customer.registered'],
      ['order.placed.v1', 'order.placed'],
    ]);
  });
});

describe('names that reach for prototypes', () => {
  const withData = (data: string): string => JSON.stringify(ENVELOPE).replace(/}$/, `,"data":${data}}`);

  it('are ignored as fields of the data', () => {
    const record = raw(
      withData('{"__proto__":{"name":"x","polluted":1},"constructor":{"prototype":{"polluted":1}},"name":"y"}').replace(
        'order.confirmed',
        'customer.updated',
      ),
    );
    const { data } = eventOf('customers', record);
    expect(Object.keys(data)).toEqual(['name']);
    expect(Object.getPrototypeOf(data)).toBe(Object.prototype);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  it('give no required field', () => {
    const record = raw(withData('{"__proto__":{"customerId":"c-1"}}').replace('order.confirmed', 'order.transferred'));
    expect(reasonOf('orders', record)).toBe('data-invalid');
  });

  it('give no attribute of the envelope', () => {
    expect(reasonOf('orders', raw(`{"__proto__":${JSON.stringify(ENVELOPE)}}`))).toBe('envelope-invalid');
  });

  it('are ids and texts like any other', () => {
    expect(dataOf('orders', 'order.transferred', { customerId: '__proto__' })).toEqual({ customerId: '__proto__' });
    expect(dataOf('orders', 'order.cancelled', { reason: 'constructor' })).toEqual({ reason: 'constructor' });
  });
});

describe('a detail', () => {
  it('says where, lists a few problems only, and quotes nothing of the record', () => {
    const secret = 'secret-value';
    const broken = {
      customerId: `${secret},`,
      lines: Array.from({ length: 9 }, () => ({ lineId: secret, [secret]: 1 })),
    };
    const decoded = decode('orders', structured({ type: 'order.placed', data: broken }));
    if (decoded.kind !== 'malformed') throw new Error('Expected a malformed record.');
    expect(decoded.reason).toBe('id-invalid');
    expect(decoded.detail).toContain('data.customerId: must be an id');
    expect(decoded.detail).toMatch(/and \d+ more$/);
    expect(decoded.detail).not.toContain(secret);
    expect(JSON.stringify(decode('orders', raw(`{"${secret}`)))).not.toContain(secret);
  });
});
