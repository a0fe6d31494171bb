import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { View } from '../../mappings/contract.js';
import { definitionsOf } from '../../mappings/definition.js';
import { views } from '../../mappings/registry.js';

const { customers, orders } = views;

/** Of orders with fields or a storage of their own. */
function definitionOf(view: View): string | undefined {
  return definitionsOf({ view })[view.name];
}

function withFields(fields: z.ZodObject): View {
  return { ...orders, queries: { ...orders.queries, fields } };
}

describe('the definition of a view', () => {
  it('is what running generations were made with: another one asks for a rebuild', () => {
    expect(definitionsOf(views)).toMatchObject({
      orders: '4525abf0b7138c22',
      products: '19b14674b48c2303',
      customers: '88a2118819f11ea7',
    });
  });

  it('changes with how documents are stored and which fields they have', () => {
    const definitions = [
      definitionOf(orders),
      definitionOf(withFields(orders.queries.fields.extend({ note: z.string() }))),
      definitionOf(withFields(orders.queries.fields.extend({ total: z.string() }))),
      definitionOf({ ...orders, storage: { ...orders.storage, properties: {} } as View['storage'] }),
      definitionOf({ ...customers, name: 'orders' }),
    ];
    expect(new Set(definitions).size).toBe(definitions.length);
  });

  it('does not change with words, or with the order of declarations', () => {
    const { shape } = orders.queries.fields;
    const turned = z.object(Object.fromEntries(Object.entries(shape).reverse()));
    expect(definitionOf(withFields(turned))).toBe(definitionOf(orders));
    const described = orders.queries.fields.extend({ total: (shape.total as z.ZodType).describe('in minor units') });
    expect(definitionOf(withFields(described))).toBe(definitionOf(orders));
  });

  it('changes with the order of the fields in an index of MongoDB', () => {
    const index = (key: Readonly<Record<string, 1 | -1>>): View => ({
      ...customers,
      storage: { store: 'mongodb', indexes: [key] },
    });
    expect(definitionOf(index({ level: 1, city: 1 }))).not.toBe(definitionOf(index({ city: 1, level: 1 })));
  });
});
