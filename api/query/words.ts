/** How `q` is cut into words. */

const SEPARATORS = /[\s\p{Cc}]+/u;
/** What an index can hold: a word of punctuation only cannot be looked for. */
const SEARCHABLE = /[\p{Letter}\p{Mark}\p{Number}\p{Extended_Pictographic}]/u;
const HAN_OR_KANA_END = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]$/u;
const WORD_END = /[\p{Letter}\p{Number}]$/u;

/** Punctuation that stands alone is left out, unless there is nothing else: then nothing can be found. */
export function wordsOf(q: string): string[] {
  const words = [...new Set(q.split(SEPARATORS).filter((word) => word !== ''))];
  const searchable = words.filter((word) => SEARCHABLE.test(word));
  return searchable.length > 0 ? searchable : words;
}

/** Whether longer words that begin like this one are worth finding: Chinese is found inside texts anyway. */
export function mayBePrefix(word: string): boolean {
  return [...word].length >= 2 && WORD_END.test(word) && !HAN_OR_KANA_END.test(word);
}

/**
 * Relevance, in whole numbers so that sums are exact and cursors stay consistent: what was found as a whole comes
 * before what was found by its beginning, whatever the fields weigh.
 */
export const SCORE = { whole: 10_000, word: 100, prefix: 0 } as const;
