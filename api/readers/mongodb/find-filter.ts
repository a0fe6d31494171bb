/**
 * A query as MongoDB's filter and sort. Pure. What the caller wrote stands only under `$eq`, `$in` and the like, as a
 * text, number or boolean, never as an object; the one regular expression is an escaped literal.
 */
import type { Filter } from 'mongodb';
import type { SearchField } from '../../../mappings/queries.js';
import { termsOf } from '../../../mappings/search-keys.js';
import { HIDDEN_FIELD } from '../../../runtime/storage/records.js';
import type { Condition, DocumentQuery, Phrase, SortKey, SortValue, TextSearch } from '../../ports/document-query.js';
import { mayBeBeginning } from '../../query/words.js';
import type { StoredRecord } from './database.js';

type Clause = Filter<StoredRecord>;

/** Everything that is asked for, wherever a cursor stands. */
export function resultFilter({ conditions, search }: Pick<DocumentQuery, 'conditions' | 'search'>): Clause {
  const clauses = [{ [HIDDEN_FIELD]: { $eq: false } }, ...conditions.map(conditionClause)];
  return { $and: search === null ? clauses : [...clauses, textClause(search)] };
}

/** What comes after a document with these sort values: greater in the first key, or equal there and greater in the next. */
export function afterFilter(sort: readonly SortKey[], after: readonly SortValue[]): Clause {
  const equal: Clause[] = [];
  const alternatives = sort.map((key, i): Clause => {
    const field = fieldOf(key);
    const value = after[i] ?? null;
    const beyond = { [field]: { [isDescending(key) ? '$lt' : '$gt']: value } };
    const alternative = { $and: [...equal, beyond] };
    equal.push({ [field]: { $eq: value } });
    return alternative;
  });
  return { $or: alternatives };
}

export function sortOrder(sort: readonly SortKey[]): [string, 1 | -1][] {
  return sort.map((key) => [fieldOf(key), isDescending(key) ? -1 : 1]);
}

export function fieldOf(key: SortKey): string {
  if (key.by === 'field') return key.field;
  throw new TypeError('A view in MongoDB has no relevance to sort by.');
}

function isDescending(key: SortKey): boolean {
  return key.by === 'field' && key.descending;
}

function conditionClause(condition: Condition): Clause {
  const { field } = condition;
  switch (condition.kind) {
    case 'anyOf':
      return { [field]: { $in: [...condition.values] } };
    case 'noneOf':
      return { [field]: { $nin: [...condition.values] } };
    case 'range': {
      const { min, max } = condition;
      return { [field]: { ...(min === undefined ? {} : { $gte: min }), ...(max === undefined ? {} : { $lte: max }) } };
    }
    case 'time': {
      const { from, to } = condition;
      return { [field]: { ...(from === undefined ? {} : { $gte: from }), ...(to === undefined ? {} : { $lt: to }) } };
    }
  }
}

function textClause(search: TextSearch): Clause {
  if (search.kind !== 'words') throw new TypeError('A view in MongoDB has no completions.');
  const { whole, phrases, fields } = search;
  const everyPhrase = { $and: phrases.map((phrase) => ({ $or: fields.map((field) => phraseClause(phrase, field)) })) };
  const asWhole = fields.flatMap(({ kind, field }) => (kind === 'whole' ? [{ [field]: { $eq: whole } }] : []));
  return { $or: [...(phrases.length === 0 ? [] : [everyPhrase]), ...asWhole, NOTHING] };
}

/** `$or` takes no empty list. */
const NOTHING: Clause = { _id: { $in: [] } };

/** The terms narrow by index; several words must stand in a row. The last one may go on. */
function phraseClause(phrase: Phrase, { kind, field }: SearchField): Clause {
  if (kind === 'whole') return { [field]: { $eq: phrase.whole } };
  const { words } = phrase;
  const isOpen = mayBeBeginning(phrase);
  const last = escapeLiteral(words.at(-1) ?? '');
  const terms = termsOf(isOpen ? words.slice(0, -1) : words).map((term) => ({ [`${field}.terms`]: { $eq: term } }));
  const beginning = isOpen ? [{ [`${field}.terms`]: { $regex: `^${last}` } }] : [];
  const row = ` ${escapeLiteral(words.join(' '))}${isOpen ? '' : ' '}`;
  return { $and: [...terms, ...beginning, ...(words.length > 1 ? [{ [`${field}.words`]: { $regex: row } }] : [])] };
}

export function escapeLiteral(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
