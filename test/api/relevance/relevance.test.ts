/** How well the ranking serves people, measured on the real Elasticsearch. */
import { describe, expect, it } from 'vitest';
import { openElasticsearch } from '../readers/elasticsearch/harness.js';
import { filled, idsFound } from '../readers/harness.js';
import { judgements } from './judgements.js';
import { mean, ndcg, precisionAt1 } from './measures.js';
import { assortment } from './products.js';

/** A little below what is reached. */
const NDCG_FLOOR = 0.93;
const PRECISION_FLOOR = 0.85;

describe('relevance', () => {
  it('puts first what people mean', async () => {
    const harness = await openElasticsearch();
    const byId = Object.fromEntries(assortment.map((document) => [document.productId, document]));
    const set = await filled(harness, 'products', byId);
    const rows = [];
    for (const { query, grades } of judgements) {
      for (const id of Object.keys(grades)) expect(byId, `judged for ${query}`).toHaveProperty(id);
      const found = await idsFound(harness, set, `q=${encodeURIComponent(query)}&size=5`);
      rows.push({ query, ndcg: ndcg(found, grades), first: precisionAt1(found, grades), found });
    }
    await harness.close();
    const reached = { ndcg: mean(rows.map((row) => row.ndcg)), first: mean(rows.map((row) => row.first)) };
    process.stdout.write(table(rows, reached));
    expect(reached.ndcg).toBeGreaterThan(NDCG_FLOOR);
    expect(reached.first).toBeGreaterThan(PRECISION_FLOOR);
  });
});

function table(
  rows: readonly { query: string; ndcg: number; first: number; found: readonly string[] }[],
  reached: { ndcg: number; first: number },
): string {
  const line = (ndcg: number, first: number, rest: string) => `${ndcg.toFixed(3)}   ${first.toFixed(2)}   ${rest}`;
  return [
    'NDCG@5  P@1    query: found',
    ...rows.map((row) => line(row.ndcg, row.first, `${row.query}: ${row.found.join(', ')}`)),
    line(reached.ndcg, reached.first, `mean of ${rows.length} queries`),
    '',
  ].join('\n');
}
