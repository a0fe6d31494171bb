import { describe, expect, it } from 'vitest';
import { CurrencySums, sumByCurrency } from '../../mappings/money.js';

const name = (i: number, character = '币') => character.repeat(7_990) + String(i).padStart(10, '0');

describe('sums by currency', () => {
  it('name every currency, ascending', () => {
    const amounts = Array.from({ length: 1_000 }, (_, i) => [`C${String(i).padStart(4, '0')}`, i] as const);
    expect(sumByCurrency([...amounts].reverse())).toEqual(amounts);
  });

  it('name several whose names are as long as texts may be', () => {
    const amounts = Array.from({ length: 5 }, (_, i) => [name(i), 1] as const);
    expect(sumByCurrency(amounts)).toEqual(amounts);
  });

  it.each(['币', '𠀀', '\u0001', '"'])(
    'are bounded as JSON when there are hundreds of %j, and keep the real ones',
    (c) => {
      const sums = new CurrencySums();
      for (let i = 0; i < 700; i += 1) sums.add(name(i, c), 1);
      sums.add('CNY', 5);
      sums.add('EUR', 7);
      const amounts = sums.amounts();
      expect(amounts).toEqual(
        expect.arrayContaining([
          ['CNY', 5],
          ['EUR', 7],
        ]),
      );
      expect(Buffer.byteLength(JSON.stringify(amounts))).toBeLessThan(300 * 1024);
    },
  );
});
