/** `q`: which words are looked for, where, and how loosely. */
import type { QueryDeclaration } from '../../mappings/queries.js';
import type { SortKey, WordSearch } from './document-query.js';
import type { ParameterValues } from './parameter-values.js';
import { LIMITS } from './parameters.js';
import { wordsOf } from './words.js';

export type Words = Pick<WordSearch, 'whole' | 'words'>;

/** `null` where `q` is absent or blank. */
export function readWords(values: ParameterValues): Words | null {
  const given = values.one('q') ?? '';
  const whole = given.trim();
  const words = wordsOf(whole);
  if ([...given].length > LIMITS.queryLengthMax) values.refuse('q', `has at most ${LIMITS.queryLengthMax} characters`);
  if (words.length > LIMITS.queryWordsMax) values.refuse('q', `has at most ${LIMITS.queryWordsMax} words`);
  return words.length === 0 ? null : { whole, words };
}

/** Near spellings come after everything else or not at all: only relevance can put them there. */
export function searchFor(words: Words, [first]: readonly SortKey[], queries: QueryDeclaration): WordSearch {
  return {
    kind: 'words',
    ...words,
    fields: queries.search,
    beginnings: queries.relevance,
    nearSpellings: first?.by === 'relevance',
  };
}
