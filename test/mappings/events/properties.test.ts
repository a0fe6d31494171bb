import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventTypes, upcasters } from '../../../mappings/events/catalogue.js';
import { decode } from '../../../mappings/events/decode.js';
import { type AggregateName, isWellFormedId } from '../../../mappings/events/event.js';
import { type Attributes, binary, eventOf, structured } from './records.js';

const ids = fc
  .string({
    unit: fc.oneof(
      fc.constantFrom('订', '😀', '/', '%', '"', '\u{ffff}', '_'),
      fc.string({ minLength: 1, maxLength: 1 }),
    ),
    minLength: 1,
    maxLength: 20,
  })
  .filter(isWellFormedId);
const texts = fc.string({ unit: 'grapheme', maxLength: 12 });
const integers = fc.maxSafeNat();
const optionals = (names: readonly string[]): fc.Arbitrary<Record<string, unknown>> =>
  fc.record(Object.fromEntries(names.map((name) => [name, fc.option(texts)])), { requiredKeys: [] });
const lines = fc.uniqueArray(
  fc.record({ lineId: ids, productId: ids, quantity: integers.map((n) => Math.max(1, n)), unitPrice: integers }),
  { minLength: 1, maxLength: 4, selector: (line) => line.lineId },
);

interface Sample {
  readonly aggregate: AggregateName;
  readonly type: string;
  readonly data: Record<string, unknown>;
}

const samples: fc.Arbitrary<Sample> = fc.oneof(
  fc.tuple(fc.record({ name: texts }), optionals(['email', 'phone', 'level', 'city'])).map(([name, rest]) => ({
    aggregate: 'customers' as const,
    type: 'customer.registered',
    data: { ...rest, ...name },
  })),
  fc
    .tuple(fc.record({ name: texts }, { requiredKeys: [] }), optionals(['email', 'phone', 'level', 'city']))
    .map(([name, rest]) => ({
      aggregate: 'customers' as const,
      type: 'customer.updated',
      data: { ...rest, ...name },
    })),
  fc
    .record({ price: integers, tags: fc.array(texts), name: texts, category: texts, currency: fc.constant('CNY') })
    .map((data) => ({ aggregate: 'products' as const, type: 'product.created', data })),
  fc
    .tuple(fc.record({ customerId: ids, currency: fc.constant('EUR'), lines }), optionals(['city']))
    .map(([order, rest]) => ({ aggregate: 'orders' as const, type: 'order.placed', data: { ...rest, ...order } })),
  fc.constantFrom('order.confirmed', 'order.deleted').map((type) => ({ aggregate: 'orders' as const, type, data: {} })),
);

const envelopes: fc.Arbitrary<Attributes> = fc.record({
  id: ids,
  subject: ids,
  source: texts.filter((text) => text !== ''),
  time: fc
    .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString()),
  sequence: fc.option(fc.integer({ min: 1 }).map(String), { nil: undefined }),
});

/** The same value with the keys of all objects turned round, and fields that no schema knows in each. */
function disguise(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(disguise);
  if (typeof value !== 'object' || value === null) return value;
  const turned = Object.entries(value).reverse();
  return Object.fromEntries([
    ['x_first', { a: 1 }],
    ...turned.map(([key, inner]) => [key, disguise(inner)]),
    ['x_last', 7],
  ]);
}

describe('an event', () => {
  it('is the same in both modes', () => {
    fc.assert(
      fc.property(envelopes, samples, (envelope, { aggregate, type, data }) => {
        const attributes = { ...envelope, type, data };
        const event = eventOf(aggregate, structured(attributes));
        expect(event.data).toEqual(data);
        expect(eventOf(aggregate, binary(attributes))).toEqual(event);
        expect(event.contentHash).toMatch(/^[\w-]{11}$/);
      }),
    );
  });

  it('is the same whatever the order of keys and whatever unknown fields are added', () => {
    fc.assert(
      fc.property(envelopes, samples, (envelope, { aggregate, type, data }) => {
        const attributes = { ...envelope, type, data };
        const disguised = disguise({ ...attributes }) as Attributes;
        expect(eventOf(aggregate, structured(disguised))).toEqual(eventOf(aggregate, structured(attributes)));
        expect(eventOf(aggregate, binary({ ...envelope, type, data: disguise(data) }))).toEqual(
          eventOf(aggregate, structured(attributes)),
        );
      }),
    );
  });

  it('has another hash when type, subject, time, sequence or data differ, and the same when id or source do', () => {
    const base = { type: 'order.cancelled', sequence: '1', data: { reason: 'r' } };
    const hashOf = (attributes: Attributes): string =>
      eventOf('orders', structured({ ...base, ...attributes })).contentHash;
    const others = [
      hashOf({}),
      hashOf({ type: 'order.inventory_rejected' }),
      hashOf({ subject: 'o-2' }),
      hashOf({ time: '2026-11-01T10:00:00.001Z' }),
      hashOf({ sequence: '2' }),
      hashOf({ sequence: undefined }),
      hashOf({ data: { reason: 's' } }),
    ];
    expect(new Set(others).size).toBe(others.length);
    expect(hashOf({ id: 'e-2', source: '/elsewhere', time: '2026-11-01T18:00:00+08:00', sequence: '01' })).toBe(
      hashOf({}),
    );
    const paid = (data: unknown): string => eventOf('orders', structured({ type: 'order.paid', data })).contentHash;
    expect(paid({ method: null })).not.toBe(paid({}));
    expect(paid(null)).toBe(paid({}));
  });
});

describe('whatever arrives', () => {
  const aggregates = fc.constantFrom<AggregateName>('customers', 'products', 'orders');
  const bytes = fc.option(fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array)));
  const headerNames = fc.constantFrom(
    'content-type',
    'ce_specversion',
    'ce_id',
    'CE_TYPE',
    'ce_time',
    '__proto__',
    'x',
  );
  const headerValues = fc.oneof(
    fc.constantFrom('application/cloudevents+json', 'application/json', '1.0', 'order.placed'),
    fc.uint8Array({ maxLength: 8 }).map((array) => Buffer.from(array)),
    fc.array(fc.string(), { maxLength: 2 }),
  );
  const KINDS = ['event', 'unknown', 'malformed'];

  it('bytes of any kind never throw', () => {
    fc.assert(
      fc.property(
        aggregates,
        bytes,
        bytes,
        fc.dictionary(headerNames, headerValues),
        (aggregate, key, value, headers) => {
          expect(KINDS).toContain(decode(aggregate, { key, value, headers }).kind);
        },
      ),
    );
  });

  it('JSON of any kind as data, or in any attribute, never throws', () => {
    const types = fc.constantFrom(...Object.values(eventTypes).flat(), ...upcasters.map(({ from }) => from));
    const anything = fc.jsonValue();
    fc.assert(
      fc.property(
        aggregates,
        types,
        anything,
        fc.dictionary(fc.constantFrom('id', 'time', 'source', 'sequence', 'data_base64'), anything),
        (aggregate, type, data, attributes) => {
          expect(KINDS).toContain(decode(aggregate, structured({ ...attributes, type, data })).kind);
        },
      ),
    );
  });

  it('fields of any kind under the names of the contract never throw', () => {
    const names = fc.constantFrom(
      'name',
      'lines',
      'items',
      'customer',
      'currency',
      'price',
      'tags',
      'city',
      'firstName',
      'lastName',
    );
    const fields = fc.dictionary(
      names,
      fc.oneof(
        fc.jsonValue(),
        fc.array(fc.dictionary(fc.constantFrom('lineId', 'product', 'qty', 'price', 'quantity'), fc.jsonValue())),
      ),
    );
    const types = fc.constantFrom(
      'order.placed.v1',
      'order.placed',
      'customer.registered.v1',
      'product.created',
      'product.updated',
    );
    fc.assert(
      fc.property(types, fields, (type, data) => {
        const aggregate = `${type.split('.')[0]}s` as AggregateName;
        expect(['event', 'malformed']).toContain(decode(aggregate, structured({ type, data })).kind);
      }),
    );
  });
});
