/** What every mark of the day does. */
import { describe, expect, it } from 'vitest';
import type { DayMark } from '../../../projector/ports/clock.js';

/** `open` gives a mark that was never read. */
export function dayMarkSuite(open: () => Promise<DayMark>): void {
  describe('the mark of the day', () => {
    it('is the day of the first who asks, until it is advanced', async () => {
      const mark = await open();
      expect(await mark.read('2026-11-20')).toBe('2026-11-20');
      expect(await mark.read('2026-11-21')).toBe('2026-11-20');
      await mark.advance('2026-11-21');
      expect(await mark.read('2026-11-22')).toBe('2026-11-21');
    });

    it('keeps how far the sweep to a day has come', async () => {
      const mark = await open();
      await mark.read('2026-11-20');
      expect(await mark.reached('2026-11-21')).toBeNull();
      await mark.reach('2026-11-21', { rollup: 'productDays', owner: 'p-7' });
      expect(await mark.reached('2026-11-21')).toEqual({ rollup: 'productDays', owner: 'p-7' });
      expect(await mark.reached('2026-11-22')).toBeNull();
      expect(await mark.read('2026-11-21')).toBe('2026-11-20');
    });

    it('never goes back', async () => {
      const mark = await open();
      await mark.read('2026-11-20');
      await mark.advance('2026-11-19');
      await mark.advance('2026-10-31');
      expect(await mark.read('2026-11-22')).toBe('2026-11-20');
    });

    it('is leased to one at a time, who may prolong it, and to another when it has run out', async () => {
      const mark = await open();
      await mark.read('2026-11-20');
      expect(await mark.lease('a', 1_000, 500)).toBe(true);
      expect(await mark.lease('b', 1_400, 500)).toBe(false);
      expect(await mark.lease('a', 1_400, 500)).toBe(true);
      expect(await mark.lease('b', 1_600, 500)).toBe(false);
      expect(await mark.lease('b', 1_901, 500)).toBe(true);
      expect(await mark.lease('a', 1_902, 500)).toBe(false);
    });

    it('is leased to one of several who ask at a time', async () => {
      const mark = await open();
      await mark.read('2026-11-20');
      const granted = await Promise.all(['a', 'b', 'c', 'd'].map((owner) => mark.lease(owner, 1_000, 500)));
      expect(granted.filter(Boolean)).toHaveLength(1);
    });
  });
}
