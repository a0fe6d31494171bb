import { describe, expect, it } from 'vitest';
import { isWellFormedId } from '../../../mappings/events/event.js';
import { isDocumentId } from '../../../mappings/events/identifier.js';

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

const WITH_COMMAS = ['a,b', ',', 'SF, Express', `${'x'.repeat(127)},`];

describe('isWellFormedId', () => {
  it.each(GOOD)('takes %j', (text) => expect(isWellFormedId(text)).toBe(true));
  it.each([...BAD, ...WITH_COMMAS])('refuses %j', (text) => expect(isWellFormedId(text)).toBe(false));
});

describe('isDocumentId', () => {
  it.each([...GOOD, ...WITH_COMMAS])('takes %j', (text) => {
    expect(isDocumentId(text)).toBe(true);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(512);
  });
  it.each(BAD)('refuses %j', (text) => expect(isDocumentId(text)).toBe(false));
});
