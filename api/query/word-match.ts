/** Where a phrase occurs in a text that was cut into words: what the stores' queries do, in plain code. */
import type { Phrase } from './document-query.js';
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
  return rowsLike(text, words, (word, asked) => word === asked);
}

/** The same, but the last word may go on. */
export function rowsOfBeginning(text: Words, { words }: Asked): Row[] {
  return rowsLike(text, words, (word, asked, isLast) => (isLast ? word.startsWith(asked) : word === asked));
}

/** Words that differ from a long one by one letter, never by the first: other, missing, too many, or two swapped. */
export function rowsOfNearSpelling(text: Words, { words }: Asked): Row[] {
  return mayBeMisspelt({ words }) ? rowsLike(text, words, isNear) : [];
}

function rowsLike(text: Words, asked: Words, fits: (word: string, asked: string, isLast: boolean) => boolean): Row[] {
  const rows: Row[] = [];
  const last = asked.length - 1;
  for (let start = 0; start + asked.length <= text.length; start += 1) {
    let length = 0;
    while (length <= last && fits(text[start + length] ?? '', asked[length] ?? '', length === last)) length += 1;
    if (length > last) rows.push({ start, end: start + asked.length });
  }
  return rows;
}

/** By code points, as Elasticsearch counts; the same spelling is near, too. */
function isNear(word: string, asked: string): boolean {
  if (Math.abs(word.length - asked.length) > 2) return false;
  const [a, b] = [[...word], [...asked]];
  if (a[0] !== b[0]) return false;
  let same = 0;
  while (same < a.length && same < b.length && a[same] === b[same]) same += 1;
  const [restA, restB] = [a.slice(same), b.slice(same)];
  const equalFrom = (i: number, j: number) => restA.slice(i).join('') === restB.slice(j).join('');
  const isSwap = restA[0] === restB[1] && restA[1] === restB[0];
  return equalFrom(1, 1) || equalFrom(1, 0) || equalFrom(0, 1) || (isSwap && equalFrom(2, 2));
}
