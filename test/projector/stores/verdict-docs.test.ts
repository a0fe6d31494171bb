/** What an operator reads of the stores' answers is what the tables say. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as elasticsearch from '../../../projector/stores/elasticsearch/verdicts.js';
import * as mongodb from '../../../projector/stores/mongodb/verdicts.js';

const rows = readFileSync('docs/operations.md', 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('|'));

it.each([
  ...elasticsearch.ITEM_VERDICTS,
  ...elasticsearch.REQUEST_VERDICTS,
  ...mongodb.ITEM_VERDICTS,
  ...mongodb.COMMAND_VERDICTS,
])('docs/operations.md has: $verdict, because $because', (row) => {
  const documented = rows.filter((line) => line.includes(`| ${row.verdict} | ${row.because}`));
  expect(documented).not.toEqual([]);
  const codes = 'codes' in row ? row.codes : [];
  for (const code of codes) {
    expect(
      documented.some((line) => new RegExp(`\\b${code}\\b`).test(line)),
      `code ${code}`,
    ).toBe(true);
  }
});
