/** How texts are cut into words, compared and searched where the store has no analyzer for it. */

const CHARACTER_WORDS = '[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Extended_Pictographic}]';
const RUN = '[\\p{Letter}\\p{Mark}\\p{Number}]';
const TOKEN = new RegExp(`${CHARACTER_WORDS}|(?:(?!${CHARACTER_WORDS})${RUN})+`, 'gu');
const IS_CHARACTER_WORD = new RegExp(`^${CHARACTER_WORDS}$`, 'u');

/** Case is folded the same way when a text is stored and when it is asked for. */
export function fold(text: string): string {
  return text.normalize('NFC').toLowerCase();
}

/** The smallest piece of a text that can be found. */
export interface Token {
  /** Folded. */
  readonly text: string;
  /** Where it stands in the text, in UTF-16 units, `end` exclusive. */
  readonly start: number;
  readonly end: number;
}

/**
 * Chinese character by character, everything else as runs of letters and digits; punctuation is in none. Elasticsearch's
 * standard analyzer does the same but for `3.5` and `men's`, which it takes for one token each.
 */
export function tokensOf(text: string): Token[] {
  return Array.from(text.matchAll(TOKEN), ({ 0: token, index }) => ({
    text: fold(token),
    start: index,
    end: index + token.length,
  }));
}

/** What a store without an analyzer keeps of a text, so that it can be searched. */
export interface SearchKeys {
  /** The tokens in their order, each between spaces: consecutive ones are a part of it. */
  readonly words: string;
  /** The tokens, and pairs of neighbours in Chinese, so that few texts share all those of what is looked for. */
  readonly terms: readonly string[];
}

export function searchKeys(text: string): SearchKeys {
  const tokens = tokensOf(text.normalize('NFC'));
  const terms = new Set<string>();
  tokens.forEach((token, i) => {
    terms.add(token.text);
    const next = tokens[i + 1];
    if (next !== undefined && next.start === token.end && isCharacterWord(token) && isCharacterWord(next)) {
      terms.add(token.text + next.text);
    }
  });
  return { words: ` ${tokens.map((token) => token.text).join(' ')} `, terms: [...terms] };
}

function isCharacterWord({ text }: Token): boolean {
  return IS_CHARACTER_WORD.test(text);
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
