import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inOrder } from '../../../projector/work/in-order.js';

async function* upTo(end: number): AsyncGenerator<number, undefined> {
  for (let piece = 0; piece < end; piece += 1) yield piece;
}

describe('pieces of work', () => {
  it('are told in their order, one after the other, whichever is done first, and never more at a time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.nat(12), fc.integer({ min: 1, max: 4 }), async (scheduler, end, atATime) => {
        const told: number[] = [];
        const finished = new Set<number>();
        let underWay = 0;
        let telling = 0;
        const outcome = inOrder(
          upTo(end),
          atATime,
          async (piece) => {
            underWay += 1;
            expect(underWay).toBeLessThanOrEqual(atATime);
            await scheduler.schedule(Promise.resolve(), `work ${piece}`);
            underWay -= 1;
            finished.add(piece);
            return piece * 2;
          },
          async (piece, result) => {
            expect([result, telling]).toEqual([piece * 2, 0]);
            for (let before = 0; before <= piece; before += 1) expect(finished.has(before)).toBe(true);
            telling += 1;
            await scheduler.schedule(Promise.resolve(), `tell ${piece}`);
            telling -= 1;
            told.push(piece);
            return true;
          },
        );
        expect(await scheduler.waitFor(outcome)).toBe(true);
        expect(told).toEqual(Array.from({ length: end }, (_, i) => i));
      }),
    );
  });

  it('are told no more once telling one says so, and none is begun', async () => {
    const begun: number[] = [];
    const told: number[] = [];
    const outcome = await inOrder(
      upTo(100),
      3,
      async (piece) => void begun.push(piece),
      async (piece) => {
        told.push(piece);
        return piece < 5;
      },
    );
    expect([outcome, told]).toEqual([false, [0, 1, 2, 3, 4, 5]]);
    expect(begun.length).toBeLessThan(10);
  });

  it('end with the failure of one, and nothing is told beyond it', async () => {
    const told: number[] = [];
    const work = async (piece: number) => {
      if (piece === 4) throw new Error('the fifth');
    };
    const tell = async (piece: number) => told.push(piece) > 0;
    await expect(inOrder(upTo(100), 2, work, tell)).rejects.toThrow('the fifth');
    expect(Math.max(...told)).toBe(3);
  });
});
