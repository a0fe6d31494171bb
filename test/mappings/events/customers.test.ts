import { describe, expect, it } from 'vitest';
import { dataOf, dataReason, eventOf, structured } from './records.js';

const FULL = { name: '王芳', email: 'w@example.com', phone: '+86 1', level: 'gold', city: '上海' };

const GOOD: readonly [type: string, data: object][] = [
  ['customer.registered', { name: '王芳' }],
  ['customer.registered', { name: '' }],
  ['customer.registered', FULL],
  ['customer.registered', { name: 'n', email: null, phone: null, level: null, city: null }],
  ['customer.registered', { name: 'x'.repeat(8_000) }],
  ['customer.registered', { name: '😀'.repeat(8_000) }],
  ['customer.updated', {}],
  ['customer.updated', { city: '北京' }],
  ['customer.updated', { email: null, phone: null, level: null, city: null }],
];

const BAD: readonly [type: string, data: unknown, reason: string][] = [
  ['customer.registered', undefined, 'data-invalid'],
  ['customer.registered', { email: 'e' }, 'data-invalid'],
  ['customer.registered', { name: null }, 'data-invalid'],
  ['customer.updated', { name: null }, 'data-invalid'],
  ['customer.registered', { name: 7 }, 'data-invalid'],
  ['customer.registered', { name: ['n'] }, 'data-invalid'],
  ['customer.registered', { name: 'n', level: 3 }, 'data-invalid'],
  ['customer.registered', { name: 'x'.repeat(8_001) }, 'text-invalid'],
  ['customer.registered', { name: '😀'.repeat(8_001) }, 'text-invalid'],
  ['customer.registered', { name: 'n', city: '\ud83d' }, 'text-invalid'],
  ['customer.updated', { city: false }, 'data-invalid'],
  ['customer.updated', { city: {} }, 'data-invalid'],
  ['customer.updated', [], 'data-invalid'],
];

describe('events of customers', () => {
  it.each(GOOD)('%s %#: keeps its data as it is', (type, data) => {
    expect(dataOf('customers', type, data)).toStrictEqual(data);
    expect(dataOf('customers', type, { ...data, unknown: { deep: 1 } })).toStrictEqual(data);
  });

  it.each(BAD)('%s %#: refuses other data', (type, data, reason) => {
    expect(dataReason('customers', type, data)).toBe(reason);
  });
});

describe('customer.registered.v1', () => {
  const type = 'customer.registered.v1';

  it('joins the names with one space and keeps the rest', () => {
    const { name: _, ...rest } = FULL;
    const event = eventOf(
      'customers',
      structured({ type, data: { firstName: 'Ada', lastName: 'King Noel', ...rest } }),
    );
    expect(event.type).toBe('customer.registered');
    expect(event.data).toStrictEqual({ ...rest, name: 'Ada King Noel' });
    expect(dataOf('customers', type, { firstName: '', lastName: '', city: null })).toStrictEqual({
      name: ' ',
      city: null,
    });
  });

  it('is the same event as its present shape', () => {
    const older = eventOf('customers', structured({ type, data: { firstName: 'a', lastName: 'b', name: 'ignored' } }));
    const present = eventOf('customers', structured({ type: 'customer.registered', data: { name: 'a b' } }));
    expect(older).toEqual(present);
  });

  it.each<[unknown, string]>([
    [{ name: 'a b' }, 'data-invalid'],
    [{ firstName: 'a' }, 'data-invalid'],
    [{ firstName: 'a', lastName: null }, 'data-invalid'],
    [{ firstName: 'x'.repeat(4_000), lastName: 'x'.repeat(4_000) }, 'text-invalid'],
  ])('refuses %#', (data, reason) => expect(dataReason('customers', type, data)).toBe(reason));
});
