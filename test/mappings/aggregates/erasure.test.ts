/** Whose data a record may hold, what an erasure covers, and that nothing of it is left in the state. */
import { describe, expect, it } from 'vitest';
import { customers } from '../../../mappings/aggregates/customers.js';
import { erasureOf, isErasedBy, mentionIn } from '../../../mappings/aggregates/erasure.js';
import { type Delivery, EMPTY_STATE, merge } from '../../../mappings/aggregates/merge.js';
import { decode } from '../../../mappings/events/decode.js';
import type { AggregateName, DomainEvent, RawRecord } from '../../../mappings/events/event.js';
import { encodeState } from '../../../runtime/storage/state-codec.js';

const TIME = '2026-11-01T10:00:00.000Z';

function record(
  value: object | string | null,
  key: string | null = null,
  headers: RawRecord['headers'] = {},
): RawRecord {
  const text = typeof value === 'string' || value === null ? value : JSON.stringify(value);
  return { key: key === null ? null : Buffer.from(key), value: text === null ? null : Buffer.from(text), headers };
}

const envelope = (type: string, subject: string, data: object, attributes: object = {}) => ({
  ...{ specversion: '1.0', id: `${type}-${subject}`, source: '/test', type, subject, time: TIME, data, ...attributes },
});

function eventOf(aggregate: AggregateName, value: { readonly subject: string }): DomainEvent {
  const decoded = decode(aggregate, record(value, value.subject));
  if (decoded.kind !== 'event') throw new Error(`The event is ${decoded.kind}.`);
  return decoded.event;
}

const ID = 'c-7';

describe('the customers that a record names', () => {
  const placed = envelope('order.placed', 'o-1', { customerId: ID });
  const named: readonly [string, AggregateName, RawRecord][] = [
    ['by its key on the topic of customers', 'customers', record('<name/>', ID)],
    ['without a value', 'customers', record(null, ID)],
    ['by its subject, under another key', 'customers', record(envelope('customer.updated', ID, {}), 'x')],
    ['by its subject, on another topic', 'orders', record(envelope('customer.updated', ID, {}), 'x')],
    ['by its subject in half an event', 'orders', record('{"type":"customer.updated","subject":"c-7","da', 'x')],
    ['in an order', 'orders', record(placed, 'o-1')],
    ['in an order of the older shape', 'orders', record(envelope('order.placed.v1', 'o-1', { customer: ID }), 'o-1')],
    ['in half an order', 'orders', record('{"data": {"customerId" : "c-7", "name": "王', 'o-1')],
    [
      'in bytes that are not UTF-8',
      'orders',
      { ...record(null), value: Buffer.from('{"customerId":"c-7"}\xff', 'latin1') },
    ],
    ['with escaped characters', 'orders', record('{"customerId":"c\\u002d7"', 'o-1')],
    ['in JSON within JSON', 'orders', record({ payload: JSON.stringify(placed) }, 'o-1')],
    [
      'in Base64',
      'orders',
      record({ ...placed, data: undefined, data_base64: Buffer.from('{"customerId":"c-7"}').toString('base64') }),
    ],
    [
      'in binary mode',
      'customers',
      record('{', null, { ce_specversion: '1.0', ce_type: 'customer.updated', ce_subject: ID }),
    ],
    [
      'in binary mode without a value, on another topic',
      'orders',
      record(null, null, { ce_specversion: '1.0', ce_type: 'customer.erased', ce_subject: ID }),
    ],
  ];

  it.each(named)('%s', (_, aggregate, given) => {
    expect(mentionIn(aggregate, given).customers).toContain(ID);
  });

  it.each<[string, AggregateName, RawRecord]>([
    ['the key and subject of an order', 'orders', record(envelope('order.paid', ID, {}), ID)],
    ['a text', 'orders', record(envelope('order.cancelled', 'o-1', { reason: ID }), 'o-1')],
    ['nothing', 'orders', record(null)],
  ])('are not %s', (_, aggregate, given) => {
    expect(mentionIn(aggregate, given).customers).toEqual([]);
  });

  it('are ids', () => {
    expect(mentionIn('customers', record('{"subject":"a,b","customer":"."}', `${'x'.repeat(200)}`)).customers).toEqual(
      [],
    );
  });

  it('are found in bounded time, however a record is made', () => {
    const begun = performance.now();
    mentionIn('orders', record(`{"customer":"${'\\'.repeat(1_000_000)}`));
    mentionIn('orders', record('"customer":"'.repeat(80_000)));
    expect(performance.now() - begun).toBeLessThan(10_000);
  });
});

describe('an erasure', () => {
  const erased = eventOf('customers', envelope('customer.erased', ID, {}, { sequence: '5' }));
  const erasure = erasureOf(erased);
  if (erasure === null) throw new Error('It is none.');
  const covers = (aggregate: AggregateName, given: RawRecord) => isErasedBy(mentionIn(aggregate, given), erasure);
  const LATER = '2026-11-01T10:00:00.001Z';

  it('is asked for by one type of event only', () => {
    expect(erasure).toEqual({
      customerId: ID,
      version: { sequence: 5, time: Date.parse(TIME), eventId: 'customer.erased-c-7' },
    });
    expect(erasureOf(eventOf('customers', envelope('customer.deleted', ID, {})))).toBeNull();
  });

  it.each<[string, AggregateName, RawRecord]>([
    [
      'earlier sequences',
      'customers',
      record(envelope('customer.updated', ID, { name: 7 }, { sequence: '4', time: LATER })),
    ],
    ['events without a sequence', 'customers', record(envelope('customer.updated', ID, { name: 7 }, { time: LATER }))],
    ['orders before it', 'orders', record(envelope('order.placed', 'o-1', { customerId: ID }, { sequence: '9' }))],
    ['what cannot be placed', 'customers', record('{"name": "王', ID)],
    ['times that are none', 'customers', record(envelope('customer.updated', ID, {}, { sequence: '9', time: 'now' }))],
    ['sequences that are none', 'customers', record(envelope('customer.updated', ID, {}, { sequence: 'IX' }))],
  ])('covers %s', (_, aggregate, given) => {
    expect(covers(aggregate, given)).toBe(true);
  });

  it.each<[string, AggregateName, RawRecord]>([
    ['a new person under the same id', 'customers', record(envelope('customer.registered', ID, {}, { sequence: '6' }))],
    ['orders after it', 'orders', record(envelope('order.placed', 'o-1', { customerId: ID }, { time: LATER }))],
    ['others', 'customers', record('{"name": "王', 'c-8')],
  ])('does not cover %s', (_, aggregate, given) => {
    expect(covers(aggregate, given)).toBe(false);
  });
});

describe('the state of an erased customer', () => {
  const SECRET = '王芳';
  const [registered, updated, deleted, erased, late] = [
    envelope(
      'customer.registered',
      ID,
      { name: SECRET, email: SECRET, phone: SECRET, level: SECRET },
      { sequence: '1' },
    ),
    envelope('customer.updated', ID, { name: SECRET, city: SECRET }, { sequence: '2' }),
    envelope('customer.deleted', ID, {}, { sequence: '3' }),
    envelope('customer.erased', ID, {}, { sequence: '4' }),
    envelope('customer.updated', ID, { phone: SECRET }, { sequence: '2', id: 'late' }),
  ].map(
    (value, offset): Delivery => ({
      ...{ event: eventOf('customers', value), topic: 'customers', partition: 0, offset },
    }),
  );
  const deliveries = [registered, updated, deleted, erased, late].flatMap((delivery) => delivery ?? []);

  it('has nothing personal left, nor a hash of it, in whatever order the events arrive, again and again', () => {
    const hashes = deliveries.map(({ event }) => event.contentHash);
    for (const order of permutations(deliveries)) {
      let state = EMPTY_STATE;
      for (const delivery of [...order, ...order]) state = merge(customers, state, [delivery]).state;
      expect(state.registers).toEqual(new Map());
      const stored = encodeState(state);
      expect(stored).not.toContain(SECRET);
      for (const hash of hashes) expect(stored).not.toContain(hash);
      expect(customers.read(ID, state)).toMatchObject({ presence: 'erased', name: null, email: null, phone: null });
      expect(encodeState(merge(customers, EMPTY_STATE, order).state)).toEqual(stored);
    }
  });

  it('takes whatever comes under a remembered id as the same again', () => {
    const { state } = merge(customers, EMPTY_STATE, deliveries);
    const changed = deliveries.map((delivery) => ({ ...delivery, event: { ...delivery.event, contentHash: 'other' } }));
    expect(merge(customers, state, changed)).toEqual({ state, changed: false, outcomes: changed.map(() => 'again') });
  });

  it('is that of a new person after a later registration', () => {
    const again = eventOf(
      'customers',
      envelope('customer.registered', ID, { name: 'Ann' }, { sequence: '5', id: 'new' }),
    );
    const all = [{ event: again, topic: 'customers', partition: 0, offset: 9 }, ...deliveries];
    const facts = customers.read(ID, merge(customers, EMPTY_STATE, all).state);
    expect(facts).toMatchObject({
      presence: 'present',
      name: 'Ann',
      email: null,
      phone: null,
      city: null,
      level: null,
    });
  });
});

function permutations<Value>(values: readonly Value[]): Value[][] {
  if (values.length <= 1) return [[...values]];
  return values.flatMap((value, i) =>
    permutations([...values.slice(0, i), ...values.slice(i + 1)]).map((rest) => [value, ...rest]),
  );
}
