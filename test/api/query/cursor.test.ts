import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CursorContent, decodeCursor, encodeCursor } from '../../../api/query/cursor.js';
import { SECRET } from '../asking.js';

const anyContent: fc.Arbitrary<CursorContent> = fc.record({
  generation: fc.nat(),
  fingerprint: fc.string(),
  after: fc.array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0),
      fc.boolean(),
      fc.constant(null),
    ),
  ),
});

describe('cursors', () => {
  it('come back as they were given out', () => {
    fc.assert(
      fc.property(anyContent, (content) => {
        expect(decodeCursor(encodeCursor(content, SECRET), SECRET)).toEqual(JSON.parse(JSON.stringify(content)));
      }),
    );
  });

  it('need no encoding in a URL', () => {
    fc.assert(
      fc.property(anyContent, (content) => {
        expect(encodeCursor(content, SECRET)).toMatch(/^[\w-]+$/);
      }),
    );
  });

  it('are worth nothing with any one character changed, added or left out', () => {
    const cursor = encodeCursor(
      { generation: 1, fingerprint: 'f', after: ['2026-11-01T10:00:00.000Z', 'o-1'] },
      SECRET,
    );
    for (let i = 0; i < cursor.length; i++) {
      const other = cursor[i] === 'A' ? 'B' : 'A';
      expect(decodeCursor(cursor.slice(0, i) + other + cursor.slice(i + 1), SECRET)).toBeNull();
      expect(decodeCursor(cursor.slice(0, i) + cursor.slice(i + 1), SECRET)).toBeNull();
    }
    for (const suffix of ['A', '=', '==', ' ', '\n']) expect(decodeCursor(cursor + suffix, SECRET)).toBeNull();
  });

  it('are worth nothing under another secret', () => {
    const cursor = encodeCursor({ generation: 1, fingerprint: 'f', after: [1] }, SECRET);
    expect(decodeCursor(cursor, Buffer.from('another'))).toBeNull();
  });
});
