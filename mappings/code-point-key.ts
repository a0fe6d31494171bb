/** Order by code point on servers that sort texts by UTF-16 unit, and on those that sort by UTF-8 byte. */

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
