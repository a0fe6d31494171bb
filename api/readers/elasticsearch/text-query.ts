/**
 * The words of `q`. Every clause has a constant score: relevance must not depend on how often a word occurs elsewhere,
 * or documents would move between the pages of a list while others change. For the same reason no clause may stop at
 * some number of terms: which of them it took would depend on the others.
 */
import type { estypes } from '@elastic/elasticsearch';
import type { SearchField, TextField } from '../../../mappings/queries.js';
import { fold, tokensOf } from '../../../mappings/text.js';
import type { Completion, TextSearch, WordSearch } from '../../query/document-query.js';
import { isOpenEnded, mayBeMisspelt, mayBePrefix, SCORE } from '../../query/words.js';

type Clause = estypes.QueryDslQueryContainer;

export function textQuery(search: TextSearch): Clause {
  return search.kind === 'words' ? wordsQuery(search) : completionQuery(search);
}

function wordsQuery(search: WordSearch): Clause {
  const bonuses = bonusClauses(search);
  const everyWord: Clause = {
    bool: {
      must: search.words.map((word) => wordQuery(word, search)),
      ...(bonuses.length === 0 ? {} : { should: bonuses }),
    },
  };
  const asId = search.fields.flatMap((field) =>
    field.kind === 'whole' ? [scored(valueIs(field.field, search.whole), SCORE.id)] : [],
  );
  return { dis_max: { queries: [everyWord, ...asId] } };
}

/** The best way in which the word occurs, in the best of the fields. */
function wordQuery(word: string, { fields, beginnings, nearSpellings }: WordSearch): Clause {
  const queries = fields.flatMap((field): Clause[] => {
    if (field.kind === 'whole') return [scored(valueIs(field.field, word), SCORE.whole)];
    const { field: name, weight } = field;
    return [
      scored(inRow(name, word), SCORE.whole + weight),
      ...(beginnings && mayBePrefix(word) ? [scored(beginningOf(name, word), SCORE.beginning + weight)] : []),
      ...(nearSpellings && mayBeMisspelt(word) ? [scored(nearTo(name, word), SCORE.nearSpelling + weight)] : []),
    ];
  });
  return { dis_max: { queries } };
}

/** What puts one document before another in which the words occur as well. */
function bonusClauses({ whole, words, fields }: WordSearch): Clause[] {
  return fields
    .filter(isText)
    .flatMap(({ field, weight, exact }) => [
      ...(words.length > 1 ? [scored(inRow(field, whole), weight)] : []),
      ...(exact === undefined ? [] : [scored(valueIsOneOf(exact.field, [whole, ...words]), exact.bonus)]),
    ]);
}

function isText(field: SearchField): field is TextField {
  return field.kind === 'text';
}

function completionQuery({ whole, words, text }: Completion): Clause {
  const last = words.length - 1;
  return {
    bool: {
      filter: words.map((word, i) =>
        i === last && isOpenEnded(word) ? beginningOf(text.field, word) : inRow(text.field, word),
      ),
      should: [scored({ prefix: { [text.whole]: { value: whole } } }, 1)],
    },
  };
}

/** Where the words occur in one field, for showing them. */
export function placesQuery(field: SearchField, { whole, words, beginnings, nearSpellings }: WordSearch): Clause {
  const { field: name } = field;
  const should = words.flatMap((word): Clause[] => {
    if (field.kind === 'whole') return [valueIs(name, word)];
    return [
      inRow(name, word),
      ...(beginnings && mayBePrefix(word) ? [placesOfBeginning(name, word)] : []),
      ...(nearSpellings && mayBeMisspelt(word) ? [nearTo(name, word)] : []),
    ];
  });
  return { bool: { should: field.kind === 'whole' ? [...should, valueIs(name, whole)] : should } };
}

/** The analyzer cuts Chinese into single characters: as a phrase they are found next to each other. */
function inRow(field: string, words: string): Clause {
  return { match_phrase: { [field]: { query: words } } };
}

const LETTERS_AND_DIGITS = /^[\p{Letter}\p{Mark}\p{Number}]+$/u;
const HAN_OR_KANA = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;

/** Of several tokens only the last may go on. */
function beginningOf(field: string, word: string): Clause {
  const isOneToken = LETTERS_AND_DIGITS.test(word) && !HAN_OR_KANA.test(word);
  if (isOneToken) return { prefix: { [field]: { value: fold(word) } } };
  return { match_phrase_prefix: { [field]: { query: word } } };
}

/**
 * What finds beginnings quickly does so by an index of them, which does not know where they stand. Tokens are letters
 * and digits: no pattern can come from outside.
 */
function placesOfBeginning(field: string, word: string): Clause {
  const tokens = tokensOf(word).map(({ text }) => text);
  const beginning: Clause = { wildcard: { [field]: { value: `${tokens.at(-1)}*` } } };
  if (tokens.length === 1) return beginning;
  const before = tokens.slice(0, -1).map((token) => ({ span_term: { [field]: { value: token } } }));
  return { span_near: { clauses: [...before, { span_multi: { match: beginning } }], slop: 0, in_order: true } };
}

function nearTo(field: string, word: string): Clause {
  return { fuzzy: { [field]: { value: fold(word), fuzziness: 1, prefix_length: 1, rewrite: 'constant_score' } } };
}

function valueIs(field: string, value: string): Clause {
  return { term: { [field]: { value } } };
}

function valueIsOneOf(field: string, values: readonly string[]): Clause {
  return { terms: { [field]: [...new Set(values)] } };
}

function scored(filter: Clause, boost: number): Clause {
  return { constant_score: { filter, boost } };
}
