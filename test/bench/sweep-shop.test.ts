import { describe, expect, it } from 'vitest';
import { sweptDays, sweptShop } from '../../bench/sweep-shop.js';

const NOW = Date.parse('2026-11-21T05:00:00.000Z');

describe('the days that a sweep passes', () => {
  it('begin with the last day of a month, on which every sale is still in the window', () => {
    const [eve, first, second] = sweptDays(2, 'UTC', NOW);
    expect(eve).toMatchObject({ day: '2026-10-31', begins: Date.parse('2026-10-31T00:00:00.000Z'), sales30d: 2 });
    // Sold on October 2nd and 3rd: gone from the window one by one, and all in last month as soon as it is November.
    expect(eve).toMatchObject({ salesLastMonth: 0 });
    expect(first).toMatchObject({ day: '2026-11-01', sales30d: 1, salesLastMonth: 2 });
    expect(second).toMatchObject({ day: '2026-11-02', sales30d: 0, salesLastMonth: 2 });
  });

  it('begin when they do in the time zone, whatever its offset', () => {
    const beginning = (zone: string) => new Date(sweptDays(1, zone, NOW)[1]?.begins ?? 0).toISOString();
    expect(beginning('Asia/Shanghai')).toBe('2026-10-31T16:00:00.000Z');
    expect(beginning('Asia/Kathmandu')).toBe('2026-10-31T18:15:00.000Z');
    expect(beginning('America/New_York')).toBe('2026-11-01T04:00:00.000Z');
    expect(beginning('Pacific/Kiritimati')).toBe('2026-10-31T10:00:00.000Z');
  });

  it('have a sale of each product on each day', () => {
    const events = [...sweptShop(45, 2, '2026-10-31', 'UTC')];
    const placed = events.filter(({ event }) => event.type === 'order.placed');
    const sold = placed.flatMap(({ event }) =>
      (event.data as { lines: { productId: string }[] }).lines.map((line) => `${event.time} ${line.productId}`),
    );
    expect(new Set(sold).size).toBe(90);
    expect(sold).toHaveLength(90);
    expect(events.filter(({ event }) => event.type === 'order.paid')).toHaveLength(placed.length);
  });
});
