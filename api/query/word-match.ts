/** Where a word occurs in a text: what the stores' analyzers and queries do, in plain code. */
import { type Token, tokensOf } from '../../mappings/text.js';
import { mayBeMisspelt } from './words.js';

/** The tokens in which the word occurs: all of its own in a row; of Chinese, consecutive characters. */
export function placesOf(text: readonly Token[], word: string): Token[] {
  return runsLike(text, tokensOf(word), (token, asked) => token === asked);
}

/** The same, but the last token may go on. */
export function placesOfBeginning(text: readonly Token[], word: string): Token[] {
  return runsLike(text, tokensOf(word), (token, asked, isLast) => (isLast ? token.startsWith(asked) : token === asked));
}

/** Tokens that differ from a long word by one letter, never by the first: other, missing, too many, or two swapped. */
export function placesOfNearSpelling(text: readonly Token[], word: string): Token[] {
  if (!mayBeMisspelt(word)) return [];
  return runsLike(text, tokensOf(word), isNear);
}

function runsLike(
  text: readonly Token[],
  word: readonly Token[],
  fits: (token: string, asked: string, isLast: boolean) => boolean,
): Token[] {
  if (word.length === 0) return [];
  return text.flatMap((_, i) => {
    const run = text.slice(i, i + word.length);
    const isLike =
      run.length === word.length &&
      run.every((token, j) => fits(token.text, word[j]?.text ?? '', j === word.length - 1));
    return isLike ? run : [];
  });
}

/** By code points, as Elasticsearch counts; the same spelling is near, too. */
function isNear(token: string, asked: string): boolean {
  const [a, b] = [[...token], [...asked]];
  if (a[0] !== b[0]) return false;
  let same = 0;
  while (same < a.length && same < b.length && a[same] === b[same]) same += 1;
  const [restA, restB] = [a.slice(same), b.slice(same)];
  const equalFrom = (i: number, j: number) => restA.slice(i).join('') === restB.slice(j).join('');
  const isSwap = restA[0] === restB[1] && restA[1] === restB[0];
  return equalFrom(1, 1) || equalFrom(1, 0) || equalFrom(0, 1) || (isSwap && equalFrom(2, 2));
}
