import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../api/query/parameters.js';
import { SCORE } from '../../../api/query/words.js';
import { views } from '../../../mappings/registry.js';

describe('what a way of finding a word is worth', () => {
  const texts = Object.values(views).map(({ queries }) => queries.search.filter((field) => field.kind === 'text'));
  /** What weights and bonuses come to at most. */
  const least = Math.max(
    ...texts.map((fields) => {
      const weights = fields.map(({ weight }) => weight);
      const bonuses = fields.map(({ exact }) => exact?.bonus ?? 0);
      const total = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
      return LIMITS.queryWordsMax * Math.max(0, ...weights) + total(weights) + total(bonuses);
    }),
  );
  const most = LIMITS.queryWordsMax;

  it('is more than all weights and bonuses of any view', () => {
    expect(SCORE.whole - SCORE.beginning).toBeGreaterThan(least);
    expect(most * SCORE.beginning).toBeGreaterThan((most - 1) * SCORE.whole + SCORE.nearSpelling + least);
    expect(SCORE.id).toBeGreaterThan(most * SCORE.whole + least);
  });

  it('adds up exactly in the single precision of Elasticsearch', () => {
    expect(SCORE.id + most * SCORE.whole + least).toBeLessThan(2 ** 24);
    for (const score of Object.values(SCORE)) expect(Number.isInteger(score)).toBe(true);
    for (const { weight, exact } of texts.flat()) {
      expect([weight, exact?.bonus ?? 0].every(Number.isInteger)).toBe(true);
    }
  });
});
