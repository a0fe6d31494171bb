/**
 * A query as MongoDB's filter and sort. Pure. What the caller wrote stands only under `$eq`, `$in` and the like, as a
 * text, number or boolean, never as an object; the one regular expression is an escaped literal.
 */
import type { Filter } from 'mongodb';
import type { SearchField } from '../../../mappings/queries.js';
import { fold, searchTerms } from '../../../mappings/text.js';
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

function textClause({ whole, words, fields }: TextSearch): Clause {
  const everyWord = { $and: words.map((word) => ({ $or: fields.map((field) => wordClause(word, field)) })) };
  const asWhole = fields.flatMap(({ kind, field }) => (kind === 'whole' ? [{ [field]: { $eq: fold(whole) } }] : []));
  return asWhole.length === 0 ? everyWord : { $or: [everyWord, ...asWhole] };
}

/** The terms narrow by index; the text itself must hold them side by side. */
function wordClause(word: string, { kind, field }: SearchField): Clause {
  if (kind === 'whole') return { [field]: { $eq: fold(word) } };
  const terms = searchTerms(word);
  const [only] = terms;
  if (terms.length === 1 && only !== undefined) return { [`${field}.terms`]: { $eq: only } };
  const literal = { [`${field}.folded`]: { $regex: escapeLiteral(withoutEdges(fold(word))) } };
  return { $and: [...terms.map((term) => ({ [`${field}.terms`]: { $eq: term } })), literal] };
}

/** Punctuation around a word is no part of it, unless the word has nothing else. */
function withoutEdges(word: string): string {
  const inner = word.replace(/^[^\p{Letter}\p{Mark}\p{Number}]+|[^\p{Letter}\p{Mark}\p{Number}]+$/gu, '');
  return inner === '' ? word : inner;
}

export function escapeLiteral(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
