import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldWhole } from '../../mappings/folding.js';
import { readingsOf, WORD_LENGTH_MAX, wordsIn } from '../../mappings/words.js';

const wordsOf = (text: string) => wordsIn(text).joined.map((word) => word.text);
const anyText = fc.string({ unit: 'grapheme', maxLength: 40 });
const CASED = Array.from({ length: 0x110000 }, (_, code) => String.fromCodePoint(code)).filter((character) =>
  /[\p{Cased}\p{Changes_When_Casefolded}]/u.test(character),
);

describe('a text is cut into words', () => {
  it.each([
    ['Dr.Martens 1460', ['dr', 'martens', '1460']],
    ['3.5mm 1,000', ['3', '5mm', '1', '000']],
    ['SKU_123', ['sku', '123']],
    ['华为Mate60Pro耳机', ['华', '为', 'mate60pro', '耳', '机']],
    ['スーパー', ['ス', 'ー', 'パ', 'ー']],
    ['々〇', ['々', '〇']],
    ['캘린더 2027', ['캘린더', '2027']],
    ['हिन्दी ภาษาไทย', ['हिन्दी', 'ภาษาไทย']],
    ['❤️👍🏽', ['❤', '👍']],
    ['👩‍💻', ['👩', '💻']],
    ['🇩🇪🇫🇷', ['🇩🇪', '🇫🇷']],
    ['🏴󠁧󠁢󠁥󠁮󠁧󠁿🏴󠁧󠁢󠁳󠁣󠁴󠁿', ['🏴󠁧󠁢󠁥󠁮󠁧󠁿', '🏴󠁧󠁢󠁳󠁣󠁴󠁿']],
    ['Nike® ✔ №5 ™', ['nike', '✔', 'no5', 'tm']],
    ['㍿ ㎏ ½', ['株', '式', '会', '社', 'kg', '1', '2']],
    ['---', []],
  ])('%s', (text, words) => expect(wordsOf(text)).toEqual(words));

  it.each([
    ["Tim's", [['tims'], ['tim', 's']]],
    ["Rock'n'Roll", [['rocknroll'], ['rock', 'n', 'roll']]],
    ["'tis dogs' 5'10 a''b", [['tis', 'dogs', '5', '10', 'a', 'b']]],
    ["l'5 l'東", [['l', '5', 'l', '東']]],
    ['Кав\u02BCярня', [['кавярня'], ['кав', 'ярня']]],
  ])('an apostrophe between letters joins: %s', (text, readings) => {
    expect(readingsOf(text).map((reading) => reading.map((word) => word.text))).toEqual(readings);
  });

  it.each(["'", '’', '‘', 'ʼ', '´', '`', '＇', '′', 'ʻ', '‛'])('an apostrophe may be %s', (apostrophe) => {
    expect(wordsOf(`Tim${apostrophe}s`)).toEqual(['tims']);
  });
});

describe('words are folded', () => {
  it.each([
    ['STRASSE', 'straße'],
    ['ẞ', 'ss'],
    ['ΟΔΥΣΣΕΥΣ', 'οδυσσευς'],
    ['İSTANBUL', 'istanbul'],
    ['Ёлка', 'елка'],
    ['Việt', 'viet'],
    ['ﾊﾟﾝ', 'パン'],
    ['か\u3099', 'が'],
    ['ｉＰｈｏｎｅ', 'iphone'],
    ['\u1112\u1161\u11ab', '한'],
    ['co\u00ADop', 'coop'],
    ['a\u200Bb\u2060c\uFE0F\u200E', 'abc'],
  ])('%s is %s', (one, other) => expect(wordsOf(one)).toEqual(wordsOf(other)));

  it.each([
    ['ı', 'i'],
    ['が', 'か'],
    ['हि', 'ह'],
    ['ø', 'o'],
  ])('%s is not %s', (one, other) => expect(wordsOf(one)).not.toEqual(wordsOf(other)));

  it('in every case that Unicode has for a letter', () => {
    const differ = CASED.filter((letter) => {
      const lower = letter.toLowerCase();
      // Upper case takes the dot from ı, folding does not.
      const upper = letter === 'ı' ? letter : letter.toUpperCase();
      return foldWhole(lower) !== foldWhole(letter) || foldWhole(upper) !== foldWhole(letter);
    });
    expect(differ).toEqual([]);
    expect(CASED.length).toBeGreaterThan(2_000);
  });

  it('in every form of normalization', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const form of ['NFC', 'NFD', 'NFKC', 'NFKD'] as const) {
          // A compatible form may write a blank or an accent where there was one sign: of spelling, not of words.
          if (form.startsWith('NFK') && /[´¨¯¸˘-˝ͺ΄΅᾽-῾゛゜]/u.test(text)) continue;
          expect(wordsOf(text.normalize(form)), form).toEqual(wordsOf(text));
        }
      }),
    );
  });

  it('for good: words are cut and folded into themselves', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(wordsOf(wordsOf(text).join(' '))).toEqual(wordsOf(text));
      }),
    );
  });
});

describe('the places of words', () => {
  it('are in order, within the text, and hold the word', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const reading of readingsOf(text)) {
          let [lastStart, lastEnd] = [0, 0];
          for (const { text: word, start, end } of reading) {
            // Of one sign that is several words, as ㍿, all have the same place, and the last may go on.
            expect(start).toBeGreaterThanOrEqual(lastStart);
            expect(end).toBeGreaterThanOrEqual(lastEnd);
            expect(end).toBeGreaterThan(start);
            expect(wordsOf(text.slice(start, end))).toContain(word);
            [lastStart, lastEnd] = [start, end];
          }
          expect(lastEnd).toBeLessThanOrEqual(text.length);
        }
      }),
    );
  });
});

describe('the length of words', () => {
  it('is cut, so that no index refuses one', () => {
    const long = 'x'.repeat(WORD_LENGTH_MAX);
    expect(wordsOf(`${long}yz`)).toEqual([long]);
    expect(wordsOf('果'.repeat(300))).toHaveLength(300);
  });
});
