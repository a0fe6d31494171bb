import { describe, expect, it } from 'vitest';
import { aggregates } from '../../../mappings/registry.js';
import { group } from '../../../mappings/rollups/group.js';
import { contributionsOf } from '../../../projector/pipeline/derive.js';
import { readContributions, storedContributions } from '../../../runtime/storage/contributions.js';

const SETTINGS = { businessTimeZone: 'UTC', reportingCurrency: 'CNY' };

const sale = (owner: string, currency: string) => ({
  ...group(owner, '2026-11-01'),
  ...{ sold: 1, returned: 0, currency, revenue: 5 },
});

describe('contributions', () => {
  const order = aggregates.orders.read('o-1', undefined);
  const to = (ownedBy: 'products' | null, ...owners: string[]) =>
    contributionsOf({ ownedBy, contribute: () => owners.map((owner) => sale(owner, 'CNY')) }, order, SETTINGS).map(
      ({ owner }) => owner,
    );

  it('are kept for owners that documents can go by, where these are texts of their own', () => {
    const tooLong = ['x'.repeat(129), '顺丰'.repeat(4_000)];
    expect(to(null, 'SF', '', 'SF, Express', '.', '\n', '\ud800', ...tooLong)).toEqual(['SF', 'SF, Express']);
    expect(to('products', 'p-1', 'p-2')).toEqual(['p-1', 'p-2']);
  });
});

describe('stored contributions', () => {
  it.each([
    [[]],
    [[sale('p-1', 'CNY')]],
    [[sale('p-1', 'CNY'), sale('p-2', 'CNY')]],
    [[sale('p-1', 'CNY'), sale('p-2', 'EUR')]],
  ])('are read as they were: %j', (contributions) => {
    expect(readContributions(storedContributions(contributions).json)).toEqual(contributions);
  });

  it('hold what 1,000 lines have in common once', () => {
    const currency = '币'.repeat(8_000);
    const { json } = storedContributions(Array.from({ length: 1_000 }, (_, i) => sale(`p-${i}`, currency)));
    expect(Buffer.byteLength(json)).toBeLessThan(100_000);
  });
});
