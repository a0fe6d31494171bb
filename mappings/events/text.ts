/** What the contract says about every text: its length, and that it is Unicode which any store can keep. */

/** Characters are code points. */
export const TEXT_CHARACTERS_MAX = 8_000;

const UNPAIRED_SURROGATE = /\p{Surrogate}/u;

/** No half of a surrogate pair stands alone: such a text has no UTF-8 form, and a store would keep another text. */
export function isWellFormedUnicode(text: string): boolean {
  return !UNPAIRED_SURROGATE.test(text);
}

export function isWithinCharacters(text: string, max: number): boolean {
  if (text.length <= max) return true;
  // A character is at most two units, so most of what is too long need not be counted.
  if (text.length > 2 * max) return false;
  let characters = 0;
  for (const _ of text) characters += 1;
  return characters <= max;
}

/** Order by code point, as UTF-8 bytes order; JavaScript's `<` compares UTF-16 units and differs from U+E000 on. */
export function codePointOrder(a: string, b: string): number {
  if (a === b) return 0;
  const shared = Math.min(a.length, b.length);
  for (let at = 0; at < shared; at += 1) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left !== right) return left < 0xd800 || right < 0xd800 ? left - right : rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** Surrogates stand for the code points above U+FFFF: they go behind the units U+E000 to U+FFFF. */
function rank(unit: number): number {
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
