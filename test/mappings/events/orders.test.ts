import { describe, expect, it } from 'vitest';
import { dataOf, dataReason, ENVELOPE, eventOf, raw, reasonOf, structured } from './records.js';

const LINE = { lineId: '1', productId: 'p-3', quantity: 2, unitPrice: 19_900 };
const PLACED = { customerId: 'c-7', currency: 'CNY', lines: [LINE] };
const RETURNED = { returnId: 'r-1', lines: [{ lineId: '1', quantity: 1 }] };
const linesOf = (length: number): object[] => Array.from({ length }, (_, i) => ({ ...LINE, lineId: String(i) }));

const GOOD: readonly [type: string, data: object][] = [
  ['order.placed', PLACED],
  ['order.placed', { ...PLACED, city: '上海' }],
  ['order.placed', { ...PLACED, city: null }],
  ['order.placed', { ...PLACED, customerId: '客户/一', currency: '__proto__' }],
  ['order.placed', { ...PLACED, lines: linesOf(1_000) }],
  ['order.placed', { ...PLACED, lines: [{ ...LINE, quantity: Number.MAX_SAFE_INTEGER, unitPrice: 0 }] }],
  ['order.amended', { lines: linesOf(2) }],
  ['order.transferred', { customerId: '__proto__' }],
  ['order.inventory_rejected', { reason: '' }],
  ['order.paid', {}],
  ['order.paid', { method: 'alipay' }],
  ['order.paid', { method: null }],
  ['order.shipped', { carrier: '顺丰', trackingNo: 'SF-1' }],
  ['order.cancelled', { reason: '不要了' }],
  ['order.returned', RETURNED],
];

const BAD: readonly [type: string, data: unknown, reason: string][] = [
  ['order.placed', {}, 'data-invalid'],
  ['order.placed', { ...PLACED, customerId: null }, 'data-invalid'],
  ['order.placed', { ...PLACED, customerId: 'a,b' }, 'id-invalid'],
  ['order.placed', { ...PLACED, currency: '' }, 'data-invalid'],
  ['order.placed', { ...PLACED, lines: [] }, 'data-invalid'],
  ['order.placed', { ...PLACED, lines: LINE }, 'data-invalid'],
  ['order.placed', { ...PLACED, lines: [[]] }, 'data-invalid'],
  ['order.placed', { ...PLACED, lines: [null] }, 'data-invalid'],
  ['order.placed', { ...PLACED, lines: linesOf(1_001) }, 'data-invalid'],
  ['order.placed', { ...PLACED, lines: [LINE, { ...LINE, productId: 'p-4' }] }, 'data-invalid'],
  ['order.placed', { ...PLACED, lines: [{ ...LINE, lineId: 1 }] }, 'data-invalid'],
  ['order.placed', { ...PLACED, lines: [{ ...LINE, lineId: '..' }] }, 'id-invalid'],
  ['order.placed', { ...PLACED, lines: [{ ...LINE, productId: '' }] }, 'id-invalid'],
  ['order.placed', { ...PLACED, lines: [{ ...LINE, quantity: 0 }] }, 'data-invalid'],
  ['order.placed', { ...PLACED, lines: [{ ...LINE, quantity: 1.5 }] }, 'data-invalid'],
  ['order.placed', { ...PLACED, lines: [{ ...LINE, quantity: 2 ** 53 }] }, 'data-invalid'],
  ['order.placed', { ...PLACED, lines: [{ ...LINE, unitPrice: -1 }] }, 'data-invalid'],
  ['order.placed', { ...PLACED, lines: [{ ...LINE, unitPrice: null }] }, 'data-invalid'],
  ['order.amended', {}, 'data-invalid'],
  ['order.amended', { lines: null }, 'data-invalid'],
  ['order.transferred', {}, 'data-invalid'],
  ['order.inventory_rejected', {}, 'data-invalid'],
  ['order.paid', { method: 1 }, 'data-invalid'],
  ['order.shipped', { carrier: 'c' }, 'data-invalid'],
  ['order.shipped', { carrier: null, trackingNo: 't' }, 'data-invalid'],
  ['order.cancelled', { reason: null }, 'data-invalid'],
  ['order.returned', { ...RETURNED, returnId: undefined }, 'data-invalid'],
  ['order.returned', { ...RETURNED, returnId: 'r'.repeat(129) }, 'id-invalid'],
  ['order.returned', { ...RETURNED, lines: [] }, 'data-invalid'],
  ['order.returned', { ...RETURNED, lines: [...RETURNED.lines, ...RETURNED.lines] }, 'data-invalid'],
  ['order.returned', { ...RETURNED, lines: [{ lineId: '1', quantity: 0 }] }, 'data-invalid'],
];

describe('events of orders', () => {
  it.each(GOOD)('%s %#: keeps its data as it is', (type, data) => {
    expect(dataOf('orders', type, data)).toStrictEqual(data);
    expect(dataOf('orders', type, { ...data, unknown: null })).toStrictEqual(data);
  });

  it.each(BAD)('%s %#: refuses other data', (type, data, reason) => {
    expect(dataReason('orders', type, data)).toBe(reason);
  });

  it('leave unknown fields of lines out', () => {
    expect(dataOf('orders', 'order.amended', { lines: [{ ...LINE, note: 'x' }] })).toStrictEqual({ lines: [LINE] });
  });

  it.each<[written: string, price: number | null]>([
    ['1.0', 1],
    ['1e3', 1_000],
    ['-0', 0],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
    ['9007199254740993', null],
    ['1e400', null],
    ['0.1', null],
  ])('read the number %s', (written, price) => {
    const text = JSON.stringify({
      ...ENVELOPE,
      type: 'order.amended',
      data: { lines: [{ ...LINE, unitPrice: 4711 }] },
    });
    const record = raw(text.replace('4711', written));
    if (price === null) expect(reasonOf('orders', record)).toBe('data-invalid');
    else expect(eventOf('orders', record).data).toStrictEqual({ lines: [{ ...LINE, unitPrice: price }] });
  });
});

describe('order.placed.v1', () => {
  const type = 'order.placed.v1';
  const item = (price: unknown): object => ({ product: 'p-3', qty: 2, price });
  const older = (price: unknown): object => ({ customer: 'c-7', currency: 'JPY', items: [item(price)] });

  it('numbers the lines by position', () => {
    const data = { customer: 'c-7', currency: 'CNY', items: [item('199.00'), item('0.05')], city: null };
    expect(dataOf('orders', type, data)).toStrictEqual({
      customerId: 'c-7',
      currency: 'CNY',
      lines: [LINE, { ...LINE, lineId: '2', unitPrice: 5 }],
      city: null,
    });
  });

  it('is the same event as its present shape', () => {
    const data = { customer: 'c-7', currency: 'CNY', items: [item('199.00')], lines: 'ignored' };
    const upcast = eventOf('orders', structured({ type, data }));
    expect(upcast).toEqual(eventOf('orders', structured({ type: 'order.placed', data: PLACED })));
  });

  it.each<[string, number]>([
    ['0.00', 0],
    ['1.10', 110],
    ['0199.00', 19_900],
    ['1.15', 115],
    ['4.35', 435],
    ['90071992547409.91', Number.MAX_SAFE_INTEGER],
  ])('moves the digits of %s, whatever the currency', (price, unitPrice) => {
    expect(dataOf('orders', type, older(price))).toMatchObject({ lines: [{ unitPrice }] });
  });

  it.each([
    '',
    '1',
    '1.0',
    '1.000',
    '.50',
    '-1.00',
    '+1.00',
    '1,00',
    '1e2',
    ' 1.00',
    '1.00\n',
    '90071992547409.92',
    1,
    null,
  ])('refuses the price %j', (price) => expect(dataReason('orders', type, older(price))).toBe('data-invalid'));

  it.each<[string, unknown, string]>([
    ['the present shape', PLACED, 'data-invalid'],
    ['no items', { ...older('1.00'), items: [] }, 'data-invalid'],
    ['too many items', { ...older('1.00'), items: Array(1_001).fill(item('1.00')) }, 'data-invalid'],
    ['a quantity of 0', { ...older('1.00'), items: [{ product: 'p', qty: 0, price: '1.00' }] }, 'data-invalid'],
    ['a bad id', { ...older('1.00'), customer: '.' }, 'id-invalid'],
  ])('refuses %s', (_, data, reason) => expect(dataReason('orders', type, data)).toBe(reason));
});
