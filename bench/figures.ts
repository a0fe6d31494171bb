/** Figures as text, and the little statistics behind them. */

/** `min / median / max` */
export function spread(values: readonly number[], digits: number): string {
  const sorted = ascending(values);
  return [sorted[0], medianOf(sorted), sorted.at(-1)].map((value) => (value ?? Number.NaN).toFixed(digits)).join(' / ');
}

/** NaN without values. */
export function medianOf(values: readonly number[]): number {
  const sorted = ascending(values);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** The smallest value that so much of all is not above (nearest rank): `percentile(values, 0.99)`. NaN without values. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = ascending(values);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** Two spaces between columns; all but the first are flush right. */
export function table(title: string, rows: readonly (readonly string[])[]): string {
  const columns = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, i) => Math.max(...rows.map((row) => (row[i] ?? '').length)));
  const lines = rows.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  '),
  );
  return [title, ...lines.map((line) => `  ${line}`.trimEnd())].join('\n');
}

function ascending(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b);
}
