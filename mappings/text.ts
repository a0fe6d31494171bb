/** How names are compared and searched where the store has no analyzer for it (MongoDB). */

const HAN_OR_KANA = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;
const WORD = /[\p{Letter}\p{Mark}\p{Number}]+/gu;

/** Case is folded the same way when a text is stored and when it is asked for. */
export function fold(text: string): string {
  return text.normalize('NFC').toLowerCase();
}

/**
 * The index terms of a text: Latin and other words as they stand; Chinese as single characters and pairs of
 * neighbours, so that any run of characters can be found by its pairs.
 */
export function searchTerms(text: string): string[] {
  const terms = new Set<string>();
  for (const [word] of fold(text).matchAll(WORD)) {
    for (const run of splitRuns(word)) {
      if (!HAN_OR_KANA.test(run)) {
        terms.add(run);
        continue;
      }
      const characters = [...run];
      characters.forEach((character, i) => {
        terms.add(character);
        const next = characters[i + 1];
        if (next !== undefined) terms.add(character + next);
      });
    }
  }
  return [...terms];
}

function splitRuns(word: string): string[] {
  return word.split(/((?:[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])+)/u).filter((run) => run !== '');
}

const ESCAPE_FROM = 0xd000;

/**
 * A key whose order by UTF-16 unit and by UTF-8 byte is the order of the text by code point: servers differ in
 * which of the two they sort by. Characters from U+D000 on become two units below the surrogates.
 */
export function codePointKey(text: string): string {
  if (!/[\u{d000}-\u{10ffff}]/u.test(text)) return text;
  let key = '';
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    key += code < ESCAPE_FROM ? character : String.fromCharCode(ESCAPE_FROM + (code >> 12), code & 0xfff);
  }
  return key;
}
