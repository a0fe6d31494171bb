/** What a generation of a former version lacks is null or empty in answers, never missing. */
import { describe, expect, it } from 'vitest';
import { shownOf } from '../../../api/readers/shown.js';
import type { StoredDocument, View } from '../../../mappings/contract.js';
import { views } from '../../../mappings/registry.js';

const CONTEXT = { businessTimeZone: 'UTC', reportingCurrency: 'CNY' };

function without(stored: StoredDocument, name: string): StoredDocument {
  return Object.fromEntries(Object.entries(stored).filter(([field]) => field !== name));
}

describe.each(Object.values(views) as View[])('a document of $name', (view) => {
  const document = view.example as Readonly<Record<string, unknown>>;
  const stored = JSON.parse(JSON.stringify(view.toStored(document, CONTEXT))) as StoredDocument;

  it('is shown as it is when it lacks nothing', () => {
    expect(shownOf(view, stored)).toEqual(document);
  });

  it.each(Object.keys(document))('has %s, though its generation does not know of it', (name) => {
    expect(shownOf(view, without(stored, name))).toEqual({
      ...document,
      [name]: Array.isArray(document[name]) ? [] : null,
    });
  });

  it.each(Object.keys(document))('has no %s where it was not asked for', (name) => {
    if (typeof document[name] === 'object' && !Array.isArray(document[name])) return;
    expect(shownOf(view, without(stored, name), [name])).not.toHaveProperty(name);
  });
});

describe('what is inside', () => {
  it('is whole as well, in lists and objects', () => {
    const [order, customer] = [views.orders.example, views.customers.example] as [
      Readonly<Record<string, unknown>>,
      Readonly<Record<string, unknown>>,
    ];
    const former = { ...order, customer: { customerId: 'c-7' }, lines: [{ lineId: '1' }], sources: [] };
    expect(shownOf(views.orders, former)).toMatchObject({
      customer: { customerId: 'c-7', name: null, level: null },
      lines: [{ lineId: '1', productId: null, onShelf: null, amount: null }],
    });
    const recentOrders = [{ orderId: 'o-1' }];
    expect(shownOf(views.customers, { ...customer, sources: [], totalSpent: [], recentOrders })).toMatchObject({
      recentOrders: [{ orderId: 'o-1', lineCount: null, lines: [] }],
    });
  });

  it('is not touched in what was stored', () => {
    const lines = [{ lineId: '1' }];
    shownOf(views.orders, { lines, sources: [] });
    expect(lines).toEqual([{ lineId: '1' }]);
  });
});
