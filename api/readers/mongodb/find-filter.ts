/**
 * A query as MongoDB's filter and sort. Pure. What the caller wrote stands only under `$eq`, `$in` and the like, as a
 * text, number or boolean, never as an object; the one regular expression is an escaped literal.
 */
import type { Filter } from 'mongodb';
import type { SearchField } from '../../../mappings/queries.js';
import { fold, searchKeys } from '../../../mappings/text.js';
import { HIDDEN_FIELD } from '../../../runtime/records.js';
import type { Condition, DocumentQuery, SortKey, SortValue, TextSearch } from '../../query/document-query.js';
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
  const { whole, words, fields } = search;
  const everyWord = { $and: words.map((word) => ({ $or: fields.map((field) => wordClause(word, field)) })) };
  const asWhole = fields.flatMap(({ kind, field }) => (kind === 'whole' ? [{ [field]: { $eq: fold(whole) } }] : []));
  return asWhole.length === 0 ? everyWord : { $or: [everyWord, ...asWhole] };
}

/** The terms narrow by index; what has several tokens must have them in a row. */
function wordClause(word: string, { kind, field }: SearchField): Clause {
  if (kind === 'whole') return { [field]: { $eq: fold(word) } };
  const { words, terms } = searchKeys(word);
  // A word that no text can hold.
  if (terms.length === 0) return { [`${field}.terms`]: { $in: [] } };
  const every = terms.map((term) => ({ [`${field}.terms`]: { $eq: term } }));
  const inRow = terms.length === 1 ? [] : [{ [`${field}.words`]: { $regex: escapeLiteral(words) } }];
  return { $and: [...every, ...inRow] };
}

export function escapeLiteral(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
