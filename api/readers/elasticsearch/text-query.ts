/**
 * The words of `q`. Every clause has a constant score: relevance must not depend on how often a word occurs elsewhere,
 * or documents would move between the pages of a list while others change. For the same reason no clause may stop at
 * some number of terms: which of them it took would depend on the others.
 */
import type { estypes } from '@elastic/elasticsearch';
import type { SearchField, TextField } from '../../../mappings/queries.js';
import { INDEXED_BEGINNING_BYTES } from '../../../mappings/views/elasticsearch-fields.js';
import type { Completion, Phrase, TextSearch, WordSearch } from '../../ports/document-query.js';
import { exactTexts, isRowOfPhrases, mayBeBeginning, mayBeMisspelt, mayGoOn, SCORE } from '../../query/words.js';

type Clause = estypes.QueryDslQueryContainer;

export function textQuery(search: TextSearch): Clause {
  return search.kind === 'words' ? wordsQuery(search) : completionQuery(search);
}

function wordsQuery(search: WordSearch): Clause {
  const asId = search.fields.flatMap((field) =>
    field.kind === 'whole' ? [scored(valueIs(field.field, search.whole), SCORE.id)] : [],
  );
  const queries = [...(search.phrases.length === 0 ? [] : [everyPhrase(search)]), ...asId];
  return queries.length === 0 ? { match_none: {} } : { dis_max: { queries } };
}

function everyPhrase(search: WordSearch): Clause {
  const bonuses = bonusClauses(search);
  return {
    bool: {
      must: search.phrases.map((phrase) => phraseQuery(phrase, search)),
      ...(bonuses.length === 0 ? {} : { should: bonuses }),
    },
  };
}

/** The best way in which the phrase occurs, in the best of the fields. */
function phraseQuery(phrase: Phrase, { fields, nearSpellings }: WordSearch): Clause {
  const queries = fields.flatMap((field): Clause[] => {
    if (field.kind === 'whole') return [scored(valueIs(field.field, phrase.whole), SCORE.whole)];
    const { field: name, weight } = field;
    return [
      scored(inRow(name, phrase.words), SCORE.whole + weight),
      ...(mayBeBeginning(phrase) ? [scored(beginningOf(name, phrase), SCORE.beginning + weight)] : []),
      ...(nearSpellings && mayBeMisspelt(phrase) ? [scored(nearTo(name, phrase), SCORE.nearSpelling + weight)] : []),
    ];
  });
  return { dis_max: { queries } };
}

/** What puts one document before another in which the words occur as well. */
function bonusClauses(search: WordSearch): Clause[] {
  return search.fields
    .filter(isText)
    .flatMap(({ field, weight, exact }) => [
      ...(isRowOfPhrases(search) ? [scored(inRow(field, search.row), weight)] : []),
      ...(exact === undefined ? [] : [scored({ terms: { [exact.field]: exactTexts(search) } }, exact.bonus)]),
    ]);
}

function isText(field: SearchField): field is TextField {
  return field.kind === 'text';
}

function completionQuery({ phrases, row, text }: Completion): Clause {
  return {
    bool: {
      filter: phrases.map((phrase, i) =>
        i === phrases.length - 1 && mayGoOn(phrase) ? beginningOf(text.words, phrase) : inRow(text.words, phrase.words),
      ),
      should: [scored({ prefix: { [text.whole]: { value: row.join(' ') } } }, 1)],
    },
  };
}

function inRow(field: string, words: readonly string[]): Clause {
  const [word = '', ...more] = words;
  return more.length === 0 ? valueIs(field, word) : { match_phrase: { [field]: { query: words.join(' ') } } };
}

/**
 * Only the last word may go on. Beginnings up to some length are indexed with their places; a longer one would stop at a
 * number of words, so it is asked by the beginning of it that is indexed, and by itself wherever it stands.
 */
function beginningOf(field: string, { words }: Phrase): Clause {
  const last = words.at(-1) ?? '';
  const alone: Clause = { prefix: { [field]: { value: last } } };
  if (words.length === 1) return alone;
  const indexed = beginningWithin(last, INDEXED_BEGINNING_BYTES);
  const inRowBefore = beginsInRow(field, words.slice(0, -1), indexed);
  return indexed === last ? inRowBefore : { bool: { filter: [inRowBefore, alone] } };
}

/** Elasticsearch measures beginnings in bytes where places count. */
function beginningWithin(word: string, bytesMax: number): string {
  let beginning = '';
  for (const character of word) {
    if (Buffer.byteLength(beginning + character) > bytesMax) break;
    beginning += character;
  }
  return beginning;
}

function beginsInRow(field: string, before: readonly string[], beginning: string): Clause {
  return {
    intervals: {
      [field]: {
        all_of: {
          ordered: true,
          max_gaps: 0,
          intervals: [
            { match: { query: before.join(' '), ordered: true, max_gaps: 0 } },
            { prefix: { prefix: beginning } },
          ],
        },
      },
    },
  };
}

function nearTo(field: string, { words: [word = ''] }: Phrase): Clause {
  return { fuzzy: { [field]: { value: word, fuzziness: 1, prefix_length: 1, rewrite: 'constant_score' } } };
}

function valueIs(field: string, value: string): Clause {
  return { term: { [field]: { value } } };
}

function scored(filter: Clause, boost: number): Clause {
  return { constant_score: { filter, boost } };
}
