import { describe, expect, it } from 'vitest';
import type { StoredDocument } from '../../../mappings/contract.js';
import { views } from '../../../mappings/registry.js';
import stored from './stored.json' with { type: 'json' };

interface Written {
  readonly document: unknown;
  readonly stored: StoredDocument;
}

/** Documents as they are stored in running generations: what a new version writes stands beside them. */
const written = Object.entries(stored as Readonly<Record<string, readonly Written[]>>).flatMap(([name, cases]) =>
  Object.values(views)
    .filter((view) => view.name === name)
    .flatMap((view) => cases.map(({ document, stored }) => ({ view, document, stored }))),
);

const SETTINGS = { businessTimeZone: 'UTC', reportingCurrency: 'CNY' };

describe('a document', () => {
  it.each(written)('of $view.name is stored as ever', ({ view, document, stored }) => {
    expect(view.toStored(document, SETTINGS)).toEqual(stored);
  });

  it.each(written)('of $view.name is read back as it was', ({ view, document, stored }) => {
    expect(view.fromStored(stored)).toEqual(document);
  });

  it('may have its amounts in pairs, as generations of before have them', () => {
    const asPairs = (amounts: unknown) =>
      (amounts as readonly { readonly currency: string; readonly amount: number }[]).map(({ currency, amount }) => [
        currency,
        amount,
      ]);
    const AMOUNTS = ['totalSpent', 'revenue30d', 'revenueLastMonth'];
    for (const { view, document, stored } of written) {
      const before = AMOUNTS.filter((name) => name in stored).map((name) => [name, asPairs(stored[name])]);
      expect(view.fromStored({ ...stored, ...Object.fromEntries(before) })).toEqual(document);
    }
  });
});
