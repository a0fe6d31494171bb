import { describe, expect, it } from 'vitest';
import { group } from '../../../mappings/rollups/group.js';
import { readContributions, storedContributions } from '../../../projector/state/derive.js';

const sale = (owner: string, currency: string) => ({
  ...group(owner, '2026-11-01'),
  ...{ sold: 1, returned: 0, currency, revenue: 5 },
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
