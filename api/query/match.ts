/** What the stores do with a query, in plain code: the meaning of each clause. */

import type { StoredDocument } from '../../mappings/contract.js';
import type { SearchField } from '../../mappings/queries.js';
import type { SearchTerms } from '../../mappings/search-keys.js';
import type {
  Completion,
  Condition,
  Phrase,
  SortKey,
  SortValue,
  TextSearch,
  WordSearch,
} from '../ports/document-query.js';
import { valuesAt } from './values.js';
import { rowsOf, rowsOfBeginning, rowsOfNearSpelling } from './word-match.js';
import { exactTexts, isRowOfPhrases, mayBeBeginning, mayGoOn, SCORE } from './words.js';

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
  const { phrases } = search;
  const asked = search.fields.map((field) => inField(stored, field));
  const byPhrase = phrases.map((phrase) => best(asked.map((inside) => scoreIn(inside, phrase, search))));
  const everyPhrase =
    phrases.length === 0 || byPhrase.includes(null)
      ? null
      : sum(byPhrase.map((score) => score ?? 0)) + bonus(stored, asked, search);
  const isId = asked.some(({ field, wholes }) => field.kind === 'whole' && wholes.includes(search.whole));
  return best([everyPhrase, isId ? SCORE.id : null]);
}

/** What a field of one document holds: of a text its readings, each in words. */
interface InField {
  readonly field: SearchField;
  readonly wholes: readonly unknown[];
  readonly readings: readonly (readonly string[])[];
}

function inField(stored: StoredDocument, field: SearchField): InField {
  const values = valuesAt(stored, field.field);
  return field.kind === 'whole'
    ? { field, wholes: values, readings: [] }
    : { field, wholes: [], readings: readingsIn(values) };
}

/** Of what `searchableWords` or `searchTerms` made. */
function readingsIn(values: readonly unknown[]): string[][] {
  return values
    .flatMap((value) => (typeof value === 'string' ? [value] : (value as SearchTerms).words))
    .map((reading) => reading.split(' ').filter((word) => word !== ''));
}

function scoreIn({ field, wholes, readings }: InField, phrase: Phrase, { nearSpellings }: WordSearch): number | null {
  if (field.kind === 'whole') return wholes.includes(phrase.whole) ? SCORE.whole : null;
  if (holds(readings, phrase, rowsOf)) return SCORE.whole + field.weight;
  if (mayBeBeginning(phrase) && holds(readings, phrase, rowsOfBeginning)) return SCORE.beginning + field.weight;
  if (nearSpellings && holds(readings, phrase, rowsOfNearSpelling)) return SCORE.nearSpelling + field.weight;
  return null;
}

/** For all the words in a row, and for a text that is nothing but what was asked, or one phrase of it. */
function bonus(stored: StoredDocument, asked: readonly InField[], search: WordSearch): number {
  const exactly: readonly unknown[] = exactTexts(search);
  return sum(
    asked.map(({ field, readings }) => {
      if (field.kind === 'whole') return 0;
      const inRow = isRowOfPhrases(search) && holds(readings, { words: search.row }, rowsOf) ? field.weight : 0;
      const { exact } = field;
      const isExact = exact !== undefined && valuesAt(stored, exact.field).some((value) => exactly.includes(value));
      return inRow + (isExact ? exact.bonus : 0);
    }),
  );
}

function completionScore(stored: StoredDocument, { phrases, row, text }: Completion): number | null {
  const readings = readingsIn(valuesAt(stored, text.words));
  const fits = phrases.every((phrase, i) =>
    holds(readings, phrase, i === phrases.length - 1 && mayGoOn(phrase) ? rowsOfBeginning : rowsOf),
  );
  if (!fits) return null;
  return valuesAt(stored, text.whole).some((value) => String(value).startsWith(row.join(' '))) ? 1 : 0;
}

function holds(readings: InField['readings'], phrase: Pick<Phrase, 'words'>, rows: typeof rowsOf): boolean {
  return readings.some((words) => rows(words, phrase).length > 0);
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
