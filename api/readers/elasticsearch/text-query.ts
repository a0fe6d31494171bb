/**
 * The words of `q`. Every clause has a constant score: relevance must not depend on how often a word occurs elsewhere,
 * or documents would move between the pages of a list while others change.
 */
import type { estypes } from '@elastic/elasticsearch';
import type { SearchField } from '../../../mappings/queries.js';
import type { TextSearch } from '../../query/document-query.js';
import { mayBePrefix, SCORE } from '../../query/words.js';

type Clause = estypes.QueryDslQueryContainer;

export function textQuery({ whole, words, fields }: TextSearch): Clause {
  const everyWord: Clause = { bool: { must: words.map((word) => wordQuery(word, fields)) } };
  const asWhole = fields.flatMap((field) =>
    field.kind === 'whole' ? [scored({ term: { [field.field]: { value: whole } } }, SCORE.whole)] : [],
  );
  return { dis_max: { queries: [everyWord, ...asWhole] } };
}

/** The best place where the word occurs. */
function wordQuery(word: string, fields: readonly SearchField[]): Clause {
  const queries = fields.flatMap((field): Clause[] => {
    if (field.kind === 'whole') return [scored({ term: { [field.field]: { value: word } } }, SCORE.word)];
    // The analyzer cuts Chinese into single characters: as a phrase they are found next to each other.
    const inside = scored({ match_phrase: { [field.field]: { query: word } } }, SCORE.word + field.weight);
    if (!mayBePrefix(word)) return [inside];
    return [inside, scored({ match_phrase_prefix: { [field.field]: { query: word } } }, SCORE.prefix + field.weight)];
  });
  return { dis_max: { queries } };
}

function scored(filter: Clause, boost: number): Clause {
  return { constant_score: { filter, boost } };
}
