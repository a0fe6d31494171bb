/** Texts as shops have them, in many scripts and spellings, and what is asked for them. */
import fc from 'fast-check';

const WORDS = [
  ...['Dr', 'Martens', 'boots', 'ABC', '60', '3', '5', 'mm', '100MM', 'SKU', 'café', 'Cafe\u0301', 'straße', 'STRASSE'],
  ...[
    'İstanbul',
    'istanbul',
    'ılık',
    'ΟΔΥΣΣΕΥΣ',
    'οδυσσευς',
    'Ёлка',
    'елка',
    'й',
    'Tim',
    's',
    'L',
    'Oréal',
    'O',
    'Brien',
  ],
  ...[
    '苹果',
    '手机',
    '壳',
    '華',
    'レストラン',
    'ﾚｽﾄﾗﾝ',
    'が',
    'か\u3099',
    'スーパー',
    '캘린더',
    '게이밍',
    '\u1112\u1161\u11ab',
    'ㅎㅏㄴ',
  ],
  ...[
    'ｉＰｈｏｎｅ',
    '１５',
    'حذاء',
    'رياضي',
    'עברית',
    'हिन्दी',
    'ภาษาไทย',
    'Việt',
    '❤️',
    '👍🏽',
    '👩‍💻',
    '🇩🇪',
    '🇫🇷',
    '½',
    '㎏',
    '㍿',
    'ﬁx',
  ],
  ...['𠮷', '𝒜bc', '\u{10400}\u{10428}', 'ﷺ', 'x\u0301\u0302', '\u0301', '9\u20E3', 'ŉ', 'ǰ', 'ΐ'],
];
const SEPARATORS = [
  ...[' ', ' ', ' ', '\u3000', '\u00A0', '-', '.', '/', ', ', '_', ' & ', '、', '・', '®', '\u00B7', '\u2013'],
  ...["'", '’', 'ʼ', '´', '\u00AD', '\u200B', '\u200D', '\u200E', '\uFE0F', '\u2060', '', '', "''", '\u0000'],
];

const word = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(...WORDS) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 4 }) },
);

/** Some with nothing that makes a word. */
export const anyText: fc.Arbitrary<string> = fc
  .array(fc.tuple(word, fc.constantFrom(...SEPARATORS)), { minLength: 1, maxLength: 5 })
  .map((parts) => parts.flat().slice(0, -1).join('').trim())
  .filter((text) => /[\p{L}\p{N}]/u.test(text) && !/\p{Surrogate}/u.test(text));

/** Parts of the texts, of another case or form at times, and texts of their kind. */
export function askedOf(texts: readonly string[]): fc.Arbitrary<string> {
  const part = fc
    .tuple(fc.constantFrom(...texts), fc.nat(8), fc.integer({ min: 1, max: 6 }))
    .map(([text, from, length]) => {
      const characters = Array.from(text);
      const start = from % characters.length;
      return characters.slice(start, start + length).join('');
    });
  const spelling = fc.constantFrom<(text: string) => string>(
    (text) => text,
    (text) => text.toUpperCase(),
    (text) => text.toLowerCase(),
    (text) => text.normalize('NFD'),
    (text) => text.normalize('NFKC'),
  );
  return fc
    .tuple(fc.oneof(part, part, anyText, fc.constantFrom(...texts)), spelling)
    .map(([text, spell]) => spell(text).trim())
    .filter((q) => q !== '' && Array.from(q).length <= 1_000);
}
