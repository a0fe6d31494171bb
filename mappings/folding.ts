/**
 * What a character counts as when texts are searched: compatibility normalization (NFKC), full case folding, no accents on
 * Latin, Greek and Cyrillic letters, nothing invisible. The classes are Unicode's (UAX #44).
 */

export type CharacterKind =
  /** Makes words together with its neighbours. */
  | 'letter'
  | 'digit'
  /** Belongs to the character before it. */
  | 'mark'
  /** A word by itself: Han, kana, an emoji, a flag. */
  | 'single'
  | 'apostrophe'
  | 'separator';

export interface Character {
  readonly kind: CharacterKind;
  /** Folded. */
  readonly text: string;
}

/**
 * What is folded as one: a flag; a character with its marks, the voicing marks of half-width kana among them (30 at most, as
 * in the stream-safe format of UAX #15, so that normalizing takes linear time); the parts of a Korean syllable.
 */
const CLUSTER =
  /\p{RI}\p{RI}|\u{1F3F4}[\u{E0020}-\u{E007F}]{1,30}|(?:[\uAC00-\uD7A3]?[\u1100-\u11FF\u3131-\u318E\uA960-\uA97C\uD7B0-\uD7FB\uFFA0-\uFFDC]{1,30}|[\s\S])[\p{M}\uFF9E\uFF9F]{0,30}/uy;

const FLAG = /^(?:\p{RI}\p{RI}|\u{1F3F4}[\u{E0020}-\u{E007F}]{1,30})/u;
/** Also those that NFKC would take for an accent on a blank. */
const APOSTROPHES = /['`´ʹʻʼʽˈ՚׳‘’‛′᾽᾿＇｀]/gu;
const ACCENTED = /([\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}])\p{M}+/gu;
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Emoji_Modifier}]/u;
const HAN_OR_KANA = /(?=[\p{L}\p{N}])[\p{Script=Han}\p{Script_Extensions=Hiragana}\p{Script_Extensions=Katakana}]/u;
/** Signs of trade marks and punctuation are no pictures, though some fonts show them as such. */
const EMOJI = /(?![\p{P}©®])[\p{Extended_Pictographic}\p{RI}]/u;
const LETTER = /\p{L}/u;
const DIGIT = /\p{N}/u;
const MARK = /[\p{Mn}\p{Mc}]/u;

const ASCII_END = 0x80;
/** No mark stands before it. */
const MARKS_START = 0x300;
const REMEMBERED_MAX = 20_000;
/** In UTF-16 units; longer clusters do not come twice. */
const REMEMBERED_LENGTH_MAX = 8;

const ascii = Array.from({ length: ASCII_END }, (_, code) => charactersIn(String.fromCharCode(code)));
/** Texts repeat their characters, and finding out what one is takes long. */
const remembered = new Map<string, readonly Character[]>();

/** `end` in UTF-16 units, exclusive. Nothing for what is invisible; several for `㎏`, which is `kg`. */
export interface Folded {
  readonly characters: readonly Character[];
  readonly end: number;
}

/** The character that begins at the place, with what belongs to it. */
export function foldedAt(text: string, start: number): Folded {
  const code = text.charCodeAt(start);
  const isAlone = start + 1 >= text.length || text.charCodeAt(start + 1) < MARKS_START;
  if (code < ASCII_END && isAlone) return { characters: ascii[code] ?? [], end: start + 1 };
  CLUSTER.lastIndex = start;
  const cluster = CLUSTER.exec(text)?.[0] ?? text.charAt(start);
  return { characters: charactersOf(cluster), end: start + cluster.length };
}

/** A text that is found as a whole only, as it is compared: nothing cut out of it but what is invisible. */
export function foldWhole(text: string): string {
  let whole = '';
  for (let at = 0; at < text.length; ) {
    const { characters, end } = foldedAt(text, at);
    for (const character of characters) whole += character.text;
    at = end;
  }
  return whole.trim();
}

function charactersOf(cluster: string): readonly Character[] {
  const known = remembered.get(cluster);
  if (known !== undefined) return known;
  const characters = charactersIn(cluster);
  if (cluster.length > REMEMBERED_LENGTH_MAX) return characters;
  if (remembered.size >= REMEMBERED_MAX) remembered.clear();
  remembered.set(cluster, characters);
  return characters;
}

function charactersIn(cluster: string): readonly Character[] {
  const [flag] = FLAG.exec(cluster) ?? [];
  if (flag !== undefined) return [{ kind: 'single', text: flag }];
  return Array.from(fold(cluster)).flatMap((text) => (INVISIBLE.test(text) ? [] : [{ kind: kindOf(text), text }]));
}

function fold(cluster: string): string {
  const compatible = cluster.replace(APOSTROPHES, "'").normalize('NFKC').replace(APOSTROPHES, "'");
  return caseFolded(compatible).normalize('NFD').replace(ACCENTED, '$1').normalize('NFC');
}

/**
 * Unicode's full case folding: by way of the upper case `ß` becomes `ss` and the final sigma an ordinary one. Character by
 * character, since JavaScript looks at what stands around a sigma. Only `ı` would become another letter that way.
 */
function caseFolded(text: string): string {
  let folded = '';
  for (const character of text) {
    folded += character === 'ı' ? character : character.toLowerCase().toUpperCase().toLowerCase();
  }
  return folded;
}

function kindOf(character: string): CharacterKind {
  if (character === "'") return 'apostrophe';
  if (HAN_OR_KANA.test(character) || EMOJI.test(character)) return 'single';
  if (LETTER.test(character)) return 'letter';
  if (DIGIT.test(character)) return 'digit';
  return MARK.test(character) ? 'mark' : 'separator';
}
