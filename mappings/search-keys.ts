/**
 * What documents keep of their texts so that they can be searched: the words, cut by the one rule there is. A store adds
 * nothing to it, since no two of them cut alike.
 */
import { foldWhole } from './folding.js';
import { isOpenEnded, readingsOf, wordsIn } from './words.js';

/** Of one field of one document, in characters after folding; what comes after them is shown and not searched. */
const SEARCHED_CHARACTERS_MAX = 1_000_000;
/** No question is longer. In UTF-8 it is far below what an index takes as one value. */
const WHOLE_LENGTH_MAX = 1_000;

export type Texts = string | null | readonly (string | null)[];

/** The words of each text in their order, between blanks; a text with two readings has both, and equal ones are one. */
export function searchableWords(texts: Texts): string[] {
  const readings = new Set<string>();
  let left = SEARCHED_CHARACTERS_MAX;
  for (const text of new Set(present(texts))) {
    for (const reading of readingsOf(text)) {
      const words: string[] = [];
      for (const word of reading) {
        left -= word.text.length;
        if (left < 0) break;
        words.push(word.text);
      }
      if (words.length > 0) readings.add(words.join(' '));
    }
  }
  return [...readings];
}

/** For a store that finds what a list holds, and parts of a text: MongoDB. */
export interface SearchTerms {
  /** Each reading between blanks: words in a row are a part of it. */
  readonly words: readonly string[];
  /** The words, and pairs of neighbours in Chinese, so that few texts share all those of a question. */
  readonly terms: readonly string[];
}

export function searchTerms(texts: Texts): SearchTerms {
  const readings = searchableWords(texts);
  return {
    words: readings.map((reading) => ` ${reading} `),
    terms: [...new Set(readings.flatMap((reading) => termsOf(reading.split(' '))))],
  };
}

/** Of words in a row: those that a text which has them in a row has as well. */
export function termsOf(words: readonly string[]): string[] {
  return words.flatMap((word, i) => {
    const next = words[i + 1];
    return next === undefined || isOpenEnded(word) || isOpenEnded(next) ? [word] : [word, word + next];
  });
}

/** Of a text that is nothing but what was asked, or begins with it: the words between blanks. */
export function wordsOnly(text: string | null): string | null {
  if (text === null) return null;
  const words = wordsIn(text).joined.map((word) => word.text);
  return words.length === 0 ? null : shortened(words.join(' '));
}

/** Of a value that is found as a whole only, an id or the like. */
export function wholeValue(text: string): string {
  return shortened(foldWhole(text));
}

export function wholeValues(texts: Texts): string[] {
  return [...new Set(present(texts).map(wholeValue))];
}

function present(texts: Texts): string[] {
  return (typeof texts === 'string' || texts === null ? [texts] : texts).filter((text) => text !== null);
}

function shortened(text: string): string {
  return text.length <= WHOLE_LENGTH_MAX ? text : Array.from(text).slice(0, WHOLE_LENGTH_MAX).join('');
}
