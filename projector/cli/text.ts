/** How results are shown to people. */
import { escaped } from '../../runtime/screen.js';

/** A result as it is laid out for a screen: every text in it comes from somewhere else, and may hold anything. */
export function forScreen<Result>(result: Result): Result {
  return escapedWithin(result) as Result;
}

function escapedWithin(value: unknown): unknown {
  if (typeof value === 'string') return escaped(value);
  if (Array.isArray(value)) return value.map(escapedWithin);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [escaped(name), escapedWithin(inner)]));
}

/** `name: value`, one a line; lists and records as JSON. */
export function linesOf(result: object): string {
  return Object.entries(result)
    .map(([name, value]) => `${name}: ${typeof value === 'object' ? JSON.stringify(value) : String(value)}\n`)
    .join('');
}

/** Columns with two spaces between them; without rows, the sentence. */
export function tableOf(head: readonly string[], rows: readonly (readonly string[])[], none: string): string {
  if (rows.length === 0) return `${none}\n`;
  const all = [head, ...rows];
  const widths = head.map((_, i) => Math.max(...all.map((row) => (row[i] ?? '').length)));
  const lines = all.map((row) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  '));
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}

/** `1 h 5 min`, `5 min 10 s`, `10 s` */
export function durationOf(seconds: number): string {
  const whole = Math.round(seconds);
  const [h, min, s] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  if (h > 0) return `${h} h ${min} min`;
  return min > 0 ? `${min} min ${s} s` : `${s} s`;
}
