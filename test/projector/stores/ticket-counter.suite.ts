/** What every counter of tickets does. */
import { describe, expect, it } from 'vitest';
import type { TicketCounter } from '../../../projector/ports/tickets.js';

/**
 * `open` gives that many counters of one new generation, as several processes have them, and with `strangers` as many
 * more, of processes that write documents of another shape.
 */
export function ticketCounterSuite(
  open: (counters: number, strangers?: number) => Promise<readonly TicketCounter[]>,
): void {
  describe('a counter of tickets', () => {
    it('gives numbers that rise, above zero', async () => {
      const [counter] = await open(1);
      let last = 0;
      for (let i = 0; i < 10; i += 1) {
        const ticket = await counter?.next();
        expect(ticket).toBeGreaterThan(last);
        last = ticket ?? 0;
      }
    });

    it('gives none to a process that writes documents of another shape, and goes on for the others', async () => {
      const [own, stranger] = await open(1, 1);
      const first = await own?.next();
      await expect(stranger?.next()).rejects.toThrow(/has documents of another shape: this version of the program/);
      expect(await own?.next()).toBe((first ?? 0) + 1);
    });

    it('gives no number twice, and to each who asks again a higher one, whoever else is asking', async () => {
      const counters = await open(4);
      const series = await Promise.all(
        counters
          .flatMap((counter) => [counter, counter])
          .map(async (counter) => {
            const tickets: number[] = [];
            for (let i = 0; i < 25; i += 1) tickets.push(await counter.next());
            return tickets;
          }),
      );
      for (const tickets of series) expect(tickets).toEqual([...tickets].sort((a, b) => a - b));
      expect(new Set(series.flat()).size).toBe(200);
    });
  });
}
