/** What the stores do with a query, in plain code: the meaning of each clause. */

import type { StoredDocument } from '../../../mappings/contract.js';
import type { SearchField } from '../../../mappings/queries.js';
import { fold, searchTerms } from '../../../mappings/text.js';
import type { Condition, SortKey, SortValue, TextSearch } from '../../query/document-query.js';
import { mayBePrefix, SCORE } from '../../query/words.js';

/** Every value at the path, lists flattened; a last name that is not there is an index's own (`name.exact`). */
export function valuesAt(stored: StoredDocument, path: string): unknown[] {
  const names = path.split('.');
  let values: unknown[] = [stored];
  for (const [i, name] of names.entries()) {
    if (i === names.length - 1 && values.length > 0 && values.every((value) => typeof value !== 'object')) break;
    values = values.flatMap((value) => {
      const inner = typeof value === 'object' && value !== null ? (value as StoredDocument)[name] : undefined;
      return Array.isArray(inner) ? inner : [inner];
    });
  }
  return values.filter((value) => value !== undefined && value !== null);
}

export function meets(stored: StoredDocument, condition: Condition): boolean {
  const values = valuesAt(stored, condition.field);
  switch (condition.kind) {
    case 'anyOf':
      return values.some((value) => condition.values.includes(value as string | boolean));
    case 'noneOf':
      return !values.some((value) => condition.values.includes(value as string | boolean));
    case 'range': {
      const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = condition;
      return values.some((value) => typeof value === 'number' && value >= min && value <= max);
    }
    case 'time': {
      const { from = '', to } = condition;
      return values.some((value) => typeof value === 'string' && value >= from && (to === undefined || value < to));
    }
  }
}

/** `null` when not found. */
export function scoreOf(stored: StoredDocument, { whole, words, fields }: TextSearch): number | null {
  const byWord = words.map((word) => best(fields.map((field) => wordScore(stored, word, field))));
  const everyWord = byWord.includes(null) ? null : byWord.reduce<number>((sum, score) => sum + (score ?? 0), 0);
  const asWhole = fields.some(({ kind, field }) => kind === 'whole' && isWhole(stored, field, whole))
    ? SCORE.whole
    : null;
  return best([everyWord, asWhole]);
}

function best(scores: readonly (number | null)[]): number | null {
  return scores.reduce((a, b) => (a === null ? b : b === null ? a : Math.max(a, b)), null);
}

function wordScore(stored: StoredDocument, word: string, field: SearchField): number | null {
  if (field.kind === 'whole') return isWhole(stored, field.field, word) ? SCORE.word : null;
  const texts = valuesAt(stored, field.field).map(textOf);
  if (texts.some((text) => holds(text, word))) return SCORE.word + field.weight;
  const isPrefix = mayBePrefix(word) && texts.some((text) => holdsPrefix(text, word));
  return isPrefix ? SCORE.prefix + field.weight : null;
}

/** Documents for MongoDB keep the text folded, beside its terms. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : String((value as { folded: unknown }).folded);
}

function isWhole(stored: StoredDocument, field: string, asked: string): boolean {
  return valuesAt(stored, field).some((value) => fold(String(value)) === fold(asked));
}

function holds(text: string, word: string): boolean {
  const terms = searchTerms(word);
  const known = searchTerms(text);
  if (terms.length === 0 || !terms.every((term) => known.includes(term))) return false;
  return terms.length === 1 || fold(text).includes(fold(word));
}

function holdsPrefix(text: string, word: string): boolean {
  return searchTerms(text).some((term) => term.startsWith(fold(word)));
}

/** Ascending by code point, numbers by value, `false` before `true`; a missing value last in both directions. */
export function compareValues(a: SortValue, b: SortValue, descending: boolean): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  const order =
    typeof a === 'string' && typeof b === 'string'
      ? Buffer.compare(Buffer.from(a), Buffer.from(b))
      : Number(a) - Number(b);
  return descending ? -order : order;
}

export function compareTuples(sort: readonly SortKey[], a: readonly SortValue[], b: readonly SortValue[]): number {
  for (const [i, key] of sort.entries()) {
    const order = compareValues(a[i] ?? null, b[i] ?? null, key.by === 'relevance' || key.descending);
    if (order !== 0) return order;
  }
  return 0;
}
