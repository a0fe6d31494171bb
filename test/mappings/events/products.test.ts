import { describe, expect, it } from 'vitest';
import { dataOf, dataReason } from './records.js';

const CREATED = { name: '苹果手机', category: 'phones', price: 599_900, currency: 'CNY' };
const TAGS_MAX = Array.from({ length: 10_000 }, (_, i) => `t${i}`);

const GOOD: readonly [type: string, data: object][] = [
  ['product.created', CREATED],
  ['product.created', { ...CREATED, price: 0 }],
  ['product.created', { ...CREATED, price: Number.MAX_SAFE_INTEGER }],
  ['product.created', { ...CREATED, brand: 'b', description: '', tags: ['新', '新'], onShelf: true }],
  ['product.created', { ...CREATED, brand: null, description: null, tags: null, onShelf: null }],
  ['product.created', { ...CREATED, tags: TAGS_MAX }],
  ['product.updated', {}],
  ['product.updated', { name: 'n' }],
  ['product.updated', { category: 'c', tags: [] }],
  ['product.updated', { brand: null, description: null, tags: null }],
  ['product.priced', { price: 1 }],
  ['product.priced', { price: 1, currency: 'USD' }],
  ['product.priced', { price: 1, currency: null }],
];

const BAD: readonly [type: string, data: unknown, reason: string][] = [
  ['product.created', {}, 'data-invalid'],
  ['product.created', { ...CREATED, name: null }, 'data-invalid'],
  ['product.created', { ...CREATED, category: undefined }, 'data-invalid'],
  ['product.created', { ...CREATED, currency: null }, 'data-invalid'],
  ['product.created', { ...CREATED, currency: '' }, 'data-invalid'],
  ['product.created', { ...CREATED, price: undefined }, 'data-invalid'],
  ['product.created', { ...CREATED, price: -1 }, 'data-invalid'],
  ['product.created', { ...CREATED, price: 1.5 }, 'data-invalid'],
  ['product.created', { ...CREATED, price: '100' }, 'data-invalid'],
  ['product.created', { ...CREATED, price: 2 ** 53 }, 'data-invalid'],
  ['product.created', { ...CREATED, onShelf: 'true' }, 'data-invalid'],
  ['product.created', { ...CREATED, tags: 'new' }, 'data-invalid'],
  ['product.created', { ...CREATED, tags: { 0: 'new' } }, 'data-invalid'],
  ['product.created', { ...CREATED, tags: ['new', null] }, 'data-invalid'],
  ['product.created', { ...CREATED, tags: [...TAGS_MAX, 't'] }, 'data-invalid'],
  ['product.created', { ...CREATED, tags: ['\ud800'] }, 'text-invalid'],
  ['product.updated', { name: null }, 'data-invalid'],
  ['product.updated', { category: null }, 'data-invalid'],
  ['product.updated', { description: 'x'.repeat(8_001) }, 'text-invalid'],
  ['product.priced', {}, 'data-invalid'],
  ['product.priced', { currency: 'USD' }, 'data-invalid'],
  ['product.priced', { price: null }, 'data-invalid'],
];

describe('events of products', () => {
  it.each(GOOD)('%s %#: keeps its data as it is', (type, data) => {
    expect(dataOf('products', type, data)).toStrictEqual(data);
    expect(dataOf('products', type, { ...data, unknown: [] })).toStrictEqual(data);
  });

  it.each(BAD)('%s %#: refuses other data', (type, data, reason) => {
    expect(dataReason('products', type, data)).toBe(reason);
  });

  it('product.updated ignores the fields of other events', () => {
    expect(dataOf('products', 'product.updated', { price: -1, currency: 7, onShelf: 'x' })).toStrictEqual({});
  });
});
