/** How `q` is cut into words, how loosely a word may be found, and what each way of finding it is worth. */

const SEPARATORS = /[\s\p{Cc}]+/u;
/** What an index can hold: a word of punctuation only cannot be looked for. */
const SEARCHABLE = /[\p{Letter}\p{Mark}\p{Number}\p{Extended_Pictographic}]/u;
const HAN_OR_KANA_END = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]$/u;
const WORD_END = /[\p{Letter}\p{Number}]$/u;
const LONG_LATIN = /^\p{Script=Latin}{5,}$/u;

/** Punctuation that stands alone is left out, unless there is nothing else: then nothing can be found. */
export function wordsOf(q: string): string[] {
  const words = [...new Set(q.split(SEPARATORS).filter((word) => word !== ''))];
  const searchable = words.filter((word) => SEARCHABLE.test(word));
  return searchable.length > 0 ? searchable : words;
}

/** Whether longer words begin like this one: Chinese is found inside texts anyway. */
export function isOpenEnded(word: string): boolean {
  return WORD_END.test(word) && !HAN_OR_KANA_END.test(word);
}

/** Whether longer words that begin like this one are worth finding. */
export function mayBePrefix(word: string): boolean {
  return [...word].length >= 2 && isOpenEnded(word);
}

/** Whether words that differ by one letter are worth finding: short ones have too many neighbours. */
export function mayBeMisspelt(word: string): boolean {
  return LONG_LATIN.test(word);
}

/**
 * Relevance, in whole numbers so that sums are exact and cursors stay consistent. Each word adds what the best way of
 * finding it is worth, and what the field weighs. Weights and bonuses of all ten words together are less than a step
 * between two ways, and ten words by their beginning are worth more than nine whole ones and a near spelling: whole
 * matches come first, then beginnings, then near spellings, whatever the fields weigh.
 */
export const SCORE = {
  /** All that was asked is the id of a document. */
  id: 1_000_000,
  whole: 12_000,
  beginning: 11_000,
  nearSpelling: 0,
} as const;
