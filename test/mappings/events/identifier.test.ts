import { describe, expect, it } from 'vitest';
import { isWellFormedId } from '../../../mappings/events/event.js';

const GOOD = [
  'o-1',
  ' ',
  '...',
  './..',
  'a/b%2Fc',
  '"quoted\'',
  '订单-一',
  '__proto__',
  '$set',
  'a.b',
  '😀',
  '\u{a0}',
  'x'.repeat(128),
  '😀'.repeat(128),
];
const BAD = [
  '',
  '.',
  '..',
  'a,b',
  'a\u0000',
  '\u001f',
  'a\nb',
  '\u007f',
  '\u0080',
  '\u009f',
  '\ud800',
  'a\udc00',
  '\udc00\ud800',
  'x'.repeat(129),
  '😀'.repeat(129),
];

describe('isWellFormedId', () => {
  it.each(GOOD)('takes %j', (text) => expect(isWellFormedId(text)).toBe(true));
  it.each(BAD)('refuses %j', (text) => expect(isWellFormedId(text)).toBe(false));
});
