import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pathsThatDiffer } from '../../../projector/reconcile/paths.js';

describe('the paths that differ', () => {
  it('name fields however deep, places in lists, and lists of other length as a whole', () => {
    const some = { total: 1, customer: { name: 'Ann', level: null }, lines: [{ amount: 1 }, { amount: 2 }], tags: [] };
    const other = { total: 1, customer: { name: '王芳' }, lines: [{ amount: 1 }, { amount: 3 }], tags: ['5G'] };
    expect(pathsThatDiffer(some, other)).toEqual(['customer.level', 'customer.name', 'lines.1.amount', 'tags']);
  });

  it('are none for what is equal, whatever the order of its fields', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const reversed = JSON.parse(JSON.stringify(value), (_, inner: unknown) =>
          typeof inner === 'object' && inner !== null && !Array.isArray(inner)
            ? Object.fromEntries(Object.entries(inner).reverse())
            : inner,
        );
        expect(pathsThatDiffer(JSON.parse(JSON.stringify(value)), reversed)).toEqual([]);
      }),
    );
  });

  it('are not more than a report can hold', () => {
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`f${i}`, i]));
    expect(pathsThatDiffer(many, {})).toHaveLength(20);
  });
});
