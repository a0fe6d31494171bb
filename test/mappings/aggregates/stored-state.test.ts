import { describe, expect, it } from 'vitest';
import { decodeState, encodeState } from '../../../runtime/storage/state-codec.js';

/** As processes of every version write it, side by side. */
const STORED = JSON.stringify({
  registers: [
    ['customerId', 'c-1', 0],
    ['lines', [{ lineId: '1', productId: '__proto__', quantity: 2, unitPrice: 100 }], 0],
    ['status', 'paid', 1],
    ['paidAt', 1_793_527_200_000, 1],
  ],
  founded: 0,
  deleted: -1,
  erased: -1,
  last: 1,
  sequences: [[1, 2]],
  remembered: [
    [0, 'orders', 3, 17, 'a1'],
    [1, 'orders', 3, 21, 'b2'],
  ],
  forgotten: [['orders', 3, 9]],
  groups: [
    ['customerMonths', ['c-1,2026-10', 'c-1,2026-11']],
    ['productDays', ['__proto__,2026-11-01']],
  ],
  versions: [
    [1, 1_793_523_600_000, 'e-1'],
    [2, 1_793_527_200_000, 'e-2'],
  ],
});

describe('a stored state', () => {
  it('is the same text when it is read and written again', () => {
    expect(encodeState(decodeState(STORED))).toBe(STORED);
  });
});
