/** How `q` is cut into phrases, how loosely a phrase may be found, and what each way of finding it is worth. */
import { wholeValue } from '../../mappings/search-keys.js';
import { isOpenEnded, wordsIn } from '../../mappings/words.js';
import type { Phrase, WordSearch } from '../ports/document-query.js';

const BLANKS = /[\s\p{Cc}]+/u;
const LONG_LATIN = /^\p{Script=Latin}{5,}$/u;
/** Near spellings cost most; a name that was copied has none. */
const NEAR_SPELLINGS_PHRASES_MAX = 10;
/** In one phrase. */
const REPEATED_BEFORE_BEGINNING_MAX = 32;

/** Signs that stand alone are left out. Of more words than `wordsMax` the first ones count. */
export function cutQuestion(q: string, wordsMax: number): Pick<WordSearch, 'phrases' | 'row'> {
  const phrases = new Map<string, Phrase>();
  const row: string[] = [];
  for (const piece of q.split(BLANKS)) {
    const words = wordsIn(piece)
      .joined.slice(0, wordsMax - row.length)
      .map(({ text }) => text);
    if (words.length === 0) continue;
    row.push(...words);
    const name = words.join(' ');
    if (!phrases.has(name)) phrases.set(name, { words, whole: wholeValue(piece) });
  }
  return { phrases: [...phrases.values()], row };
}

/** Texts that are nothing but what was asked, or one phrase of it, as `wordsOnly` puts them. */
export function exactTexts({ phrases, row }: Pick<WordSearch, 'phrases' | 'row'>): string[] {
  return [...new Set([row.join(' '), ...phrases.map(({ words }) => words.join(' '))])];
}

/** Whether that all the words stand in a row tells more than that the phrases occur. */
export function isRowOfPhrases({ phrases, row }: Pick<WordSearch, 'phrases' | 'row'>): boolean {
  return row.length > (phrases[0]?.words.length ?? 0);
}

/**
 * Whether what goes on like this is worth finding: a single letter is the beginning of too much, and of a word that comes
 * again and again Elasticsearch would compare each with each, where the text does nothing but repeat it, too.
 */
export function mayBeBeginning({ words }: Phrase): boolean {
  const isLong = words.length > 1 || Array.from(words[0] ?? '').length > 1;
  return isLong && mayGoOn({ words }) && mostRepeated(words) <= REPEATED_BEFORE_BEGINNING_MAX;
}

/** How often the word occurs that occurs most. */
function mostRepeated(words: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return Math.max(0, ...counts.values());
}

/** Whether the last word may be the beginning of a longer one. */
export function mayGoOn({ words }: Pick<Phrase, 'words'>): boolean {
  return isOpenEnded(words.at(-1) ?? '');
}

/** Whether words that differ by one letter are worth finding: short ones have too many neighbours. */
export function mayBeMisspelt({ words: [word = '', ...more] }: Pick<Phrase, 'words'>): boolean {
  return more.length === 0 && LONG_LATIN.test(word);
}

export function areNearSpellingsLookedFor(phrases: readonly Phrase[]): boolean {
  return phrases.length <= NEAR_SPELLINGS_PHRASES_MAX;
}

/**
 * Relevance, in whole numbers so that sums are exact and cursors stay consistent. Each phrase adds what the best way of
 * finding it is worth, and what the field weighs. Weights and bonuses of as many phrases as there may be together are less
 * than a step between two ways, and all phrases by their beginning are worth more than all but one whole and a near
 * spelling: whole matches come first, then beginnings, then near spellings, whatever the fields weigh.
 */
export const SCORE = {
  /** All that was asked is the id of a document. */
  id: 10_000_000,
  whole: 100_000,
  beginning: 98_700,
  nearSpelling: 0,
} as const;
