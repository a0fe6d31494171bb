/**
 * Where a phrase occurs in a text that was cut into words: what the stores' queries do, in plain code. In time that grows
 * with the text alone, however often words repeat in it and in the phrase (Knuth, Morris, Pratt).
 */
import type { Phrase } from '../ports/document-query.js';
import { mayBeMisspelt } from './words.js';

/** Words of a text in their order. */
type Words = readonly string[];
type Asked = Pick<Phrase, 'words'>;

/** Part of a text, by the places of its words; `end` exclusive. */
export interface Row {
  readonly start: number;
  readonly end: number;
}

/** Where all words of the phrase stand in a row, in order. */
export function rowsOf(text: Words, { words }: Asked): Row[] {
  return words.length === 0 ? [] : rowsLike(text, words, null);
}

/** The same, but the last word may go on. */
export function rowsOfBeginning(text: Words, { words }: Asked): Row[] {
  const beginning = words.at(-1);
  return beginning === undefined ? [] : rowsLike(text, words.slice(0, -1), beginning);
}

/** Words that differ from a long one by one letter, never by the first: other, missing, too many, or two swapped. */
export function rowsOfNearSpelling(text: Words, { words }: Asked): Row[] {
  const [asked = ''] = words;
  if (!mayBeMisspelt({ words })) return [];
  return text.flatMap((word, start) => (isNear(word, asked) ? [{ start, end: start + 1 }] : []));
}

/** Where `words` stand in a row, and behind them one that begins like `beginning`, unless it is `null`. */
function rowsLike(text: Words, words: Words, beginning: string | null): Row[] {
  const rows: Row[] = [];
  const borders = bordersOf(words);
  /** How many of `words`, from the first on, the text read so far ends with. */
  let met = 0;
  for (let at = 0; at < text.length; at += 1) {
    const word = text[at] ?? '';
    if (beginning !== null && met === words.length && word.startsWith(beginning)) {
      rows.push({ start: at - words.length, end: at + 1 });
    }
    if (words.length === 0) continue;
    if (met === words.length) met = borders[met] ?? 0;
    while (met > 0 && word !== words[met]) met = borders[met] ?? 0;
    if (word === words[met]) met += 1;
    if (beginning === null && met === words.length) rows.push({ start: at + 1 - words.length, end: at + 1 });
  }
  return rows;
}

/** Of the first 0, 1, 2, … words: how many of them, fewer than all, they both begin and end with. */
function bordersOf(words: Words): number[] {
  const borders = [0, 0];
  for (let at = 1; at < words.length; at += 1) {
    let border = borders[at] ?? 0;
    while (border > 0 && words[at] !== words[border]) border = borders[border] ?? 0;
    borders.push(words[at] === words[border] ? border + 1 : 0);
  }
  return borders;
}

/** By code points, as Elasticsearch counts; the same spelling is near, too. */
function isNear(word: string, asked: string): boolean {
  if (Math.abs(word.length - asked.length) > 2 || word.charCodeAt(0) !== asked.charCodeAt(0)) return false;
  const [a, b] = [[...word], [...asked]];
  if (a[0] !== b[0]) return false;
  let same = 0;
  while (same < a.length && same < b.length && a[same] === b[same]) same += 1;
  const equalFrom = (i: number, j: number) =>
    Math.max(0, a.length - same - i) === Math.max(0, b.length - same - j) &&
    a.slice(same + i).every((letter, k) => letter === b[same + j + k]);
  const isSwap = a[same] === b[same + 1] && a[same + 1] === b[same];
  return equalFrom(1, 1) || equalFrom(1, 0) || equalFrom(0, 1) || (isSwap && equalFrom(2, 2));
}
