/** `q`: which words are looked for, where, and how loosely. */
import type { QueryDeclaration } from '../../mappings/queries.js';
import { wholeValue } from '../../mappings/search-keys.js';
import type { SortKey, WordSearch } from '../ports/document-query.js';
import type { ParameterValues } from './parameter-values.js';
import { LIMITS } from './parameters.js';
import { areNearSpellingsLookedFor, cutQuestion } from './words.js';

export type Asked = Pick<WordSearch, 'whole' | 'phrases' | 'row'>;

/** `null` where `q` is absent or blank; what nobody can see is as good as blank. */
export function readWords(values: ParameterValues): Asked | null {
  const given = values.one('q') ?? '';
  if ([...given].length > LIMITS.queryLengthMax) {
    values.refuse('q', `has at most ${LIMITS.queryLengthMax} characters`);
    return null;
  }
  const whole = wholeValue(given);
  return whole === '' ? null : { whole, ...cutQuestion(given, LIMITS.queryWordsMax) };
}

/** Near spellings come after everything else or not at all: only relevance can put them there. */
export function searchFor(asked: Asked, [first]: readonly SortKey[], queries: QueryDeclaration): WordSearch {
  return {
    kind: 'words',
    ...asked,
    fields: queries.search,
    nearSpellings: first?.by === 'relevance' && areNearSpellingsLookedFor(asked.phrases),
  };
}
