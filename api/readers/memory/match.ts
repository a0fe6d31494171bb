/** What the stores do with a query, in plain code: the meaning of each clause. */

import type { StoredDocument } from '../../../mappings/contract.js';
import type { SearchField, TextField } from '../../../mappings/queries.js';
import { fold, type Token, tokensOf } from '../../../mappings/text.js';
import type { Completion, Condition, SortKey, SortValue, TextSearch, WordSearch } from '../../query/document-query.js';
import { placesOf, placesOfBeginning, placesOfNearSpelling } from '../../query/word-match.js';
import { isOpenEnded, mayBePrefix, SCORE } from '../../query/words.js';
import { valuesAt } from '../values.js';

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
export function scoreOf(stored: StoredDocument, search: TextSearch): number | null {
  return search.kind === 'words' ? relevanceOf(stored, search) : completionScore(stored, search);
}

function relevanceOf(stored: StoredDocument, search: WordSearch): number | null {
  const asked = search.fields.map((field) => inField(stored, field));
  const byWord = search.words.map((word) => wordScore(asked, word, search));
  const everyWord = byWord.includes(null)
    ? null
    : sum(byWord.map((score) => score ?? 0)) + bonus(stored, asked, search);
  const isId = asked.some(
    ({ field, texts }) => field.kind === 'whole' && texts.some((text) => isSame(text, search.whole)),
  );
  return best([everyWord, isId ? SCORE.id : null]);
}

/** A field of one document, and its texts. */
interface InField {
  readonly field: SearchField;
  readonly texts: readonly string[];
  readonly tokens: readonly (readonly Token[])[];
}

function inField(stored: StoredDocument, field: SearchField): InField {
  const texts = valuesAt(stored, field.field).map(textOf);
  return { field, texts, tokens: texts.map(tokensOf) };
}

/** Documents for MongoDB keep the words of the text, beside its terms. */
function textOf(value: unknown): string {
  return typeof value === 'object' && value !== null ? String((value as { words: unknown }).words) : String(value);
}

/** By the best way in which the word occurs, in the best of the fields. */
function wordScore(asked: readonly InField[], word: string, search: WordSearch): number | null {
  return best(asked.map((inside) => scoreIn(inside, word, search)));
}

function scoreIn(inside: InField, word: string, { beginnings, nearSpellings }: WordSearch): number | null {
  const field = textField(inside);
  if (field === null) return inside.texts.some((text) => isSame(text, word)) ? SCORE.whole : null;
  if (holds(inside, word, placesOf)) return SCORE.whole + field.weight;
  if (beginnings && mayBePrefix(word) && holds(inside, word, placesOfBeginning)) return SCORE.beginning + field.weight;
  if (nearSpellings && holds(inside, word, placesOfNearSpelling)) return SCORE.nearSpelling + field.weight;
  return null;
}

/** For all the words in a row, and for a text that is nothing but what was asked, or one word of it. */
function bonus(stored: StoredDocument, asked: readonly InField[], { whole, words }: WordSearch): number {
  return sum(
    asked.map((inside) => {
      const field = textField(inside);
      if (field === null) return 0;
      const inRow = words.length > 1 && holds(inside, whole, placesOf) ? field.weight : 0;
      const { exact } = field;
      const texts = exact === undefined ? [] : valuesAt(stored, exact.field);
      const isExact = texts.some((text) => [whole, ...words].some((one) => isSame(text, one)));
      return inRow + (isExact ? (exact?.bonus ?? 0) : 0);
    }),
  );
}

function completionScore(stored: StoredDocument, { whole, words, text }: Completion): number | null {
  const texts = valuesAt(stored, text.field).map(textOf);
  const inside: InField = {
    field: { kind: 'text', field: text.field, weight: 0 },
    texts,
    tokens: texts.map(tokensOf),
  };
  const last = words.length - 1;
  const fits = words.every((word, i) =>
    holds(inside, word, i === last && isOpenEnded(word) ? placesOfBeginning : placesOf),
  );
  if (!fits) return null;
  return valuesAt(stored, text.whole).some((value) => fold(String(value)).startsWith(fold(whole))) ? 1 : 0;
}

function holds({ tokens }: InField, word: string, places: typeof placesOf): boolean {
  return tokens.some((text) => places(text, word).length > 0);
}

function textField({ field }: InField): TextField | null {
  return field.kind === 'text' ? field : null;
}

function isSame(value: unknown, asked: string): boolean {
  return fold(String(value)) === fold(asked);
}

function best(scores: readonly (number | null)[]): number | null {
  return scores.reduce((a, b) => (a === null ? b : b === null ? a : Math.max(a, b)), null);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
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
