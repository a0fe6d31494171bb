/** What every store of fan-out jobs does. */
import { describe, expect, it } from 'vitest';
import type { PositionStore } from '../../../projector/ports/events.js';
import type { Job, JobKey, JobStore } from '../../../projector/ports/jobs.js';

const LEASE_MS = 500;
const KEY: JobKey = { view: 'orders', reference: 'product', referredId: 'p-1' };

async function taken(store: JobStore, now: number): Promise<Job> {
  const job = await store.take(now, LEASE_MS);
  if (job === null) throw new Error('There is no job to take.');
  return job;
}

/** `open` gives a store without jobs, and the positions of its generation, of which there are none. */
export function jobStoreSuite(open: () => Promise<{ jobs: JobStore; positions: PositionStore }>): void {
  describe('the store of fan-out jobs', () => {
    it('has a job for each key that was asked for, oldest first', async () => {
      const { jobs: store } = await open();
      expect(await store.list()).toEqual([]);
      await store.request([{ ...KEY, view: 'customers' }], 1_000);
      await store.request([KEY, { ...KEY, referredId: '$p.2' }], 2_000);
      const jobs = await store.list();
      expect(jobs.map(({ view, referredId }) => `${view} ${referredId}`)[0]).toBe('customers p-1');
      expect(jobs).toHaveLength(3);
      expect(jobs[0]).toMatchObject({ cursor: null, documents: 0, requestedAt: 1_000, again: false });
      expect(new Set(jobs.map(({ generation }) => generation)).size).toBe(3);
    });

    it('gives a job to one at a time, and to another when the lease has run out', async () => {
      const { jobs: store } = await open();
      expect(await store.take(1_000, LEASE_MS)).toBeNull();
      await store.request([KEY], 1_000);
      const both = await Promise.all([store.take(1_001, LEASE_MS), store.take(1_001, LEASE_MS)]);
      expect(both.filter((job) => job !== null)).toHaveLength(1);
      expect(await store.take(1_501, LEASE_MS)).toBeNull();
      expect(await store.take(1_502, LEASE_MS)).toMatchObject(KEY);
    });

    it('keeps the cursor for whoever goes on, and the lease of who advances', async () => {
      const { jobs: store } = await open();
      await store.request([KEY], 1_000);
      const job = await taken(store, 1_001);
      expect(await store.advance(job, 'o-7', 12, 2_000)).toBe(true);
      expect(await store.take(1_999, LEASE_MS)).toBeNull();
      expect(await store.take(2_001, LEASE_MS)).toMatchObject({ cursor: 'o-7', documents: 12 });
    });

    it('is empty when the pass is over', async () => {
      const { jobs: store } = await open();
      await store.request([KEY], 1_000);
      await store.finish(await taken(store, 1_001));
      expect(await store.list()).toEqual([]);
    });

    it('begins another pass, under a new generation, when it was asked for during the first', async () => {
      const { jobs: store } = await open();
      await store.request([KEY], 1_000);
      const first = await taken(store, 1_001);
      await store.advance(first, 'o-7', 12, 2_000);
      await store.request([KEY], 1_500);
      // The pass that is under way goes on.
      expect(await store.advance(first, 'o-9', 14, 2_000)).toBe(true);
      await store.finish(first);
      const second = await taken(store, 1_600);
      expect(second).toMatchObject({ ...KEY, cursor: null, documents: 0, again: false, requestedAt: 1_000 });
      expect(second.generation).not.toBe(first.generation);
      await store.finish(second);
      expect(await store.list()).toEqual([]);
    });

    it('gives the others their turn before a job that is asked for again and again', async () => {
      const { jobs: store } = await open();
      const other = { ...KEY, referredId: 'p-2' };
      await store.request([KEY], 1_000);
      const first = await taken(store, 1_001);
      await store.request([KEY, other], 1_500);
      await store.finish(first);
      expect(await taken(store, 1_600)).toMatchObject(other);
      expect(await taken(store, 1_600)).toMatchObject(KEY);
    });

    it('lets nobody advance or end a job with what was known of an earlier one of the same key', async () => {
      const { jobs: store } = await open();
      await store.request([KEY], 1_000);
      const ended = await taken(store, 1_001);
      await store.finish(ended);
      await store.request([KEY], 2_000);
      const [fresh] = await store.list();
      expect(fresh?.generation).not.toBe(ended.generation);
      expect(await store.advance(ended, 'o-9', 1, 9_000)).toBe(false);
      await store.finish(ended);
      expect(await store.list()).toEqual([fresh]);
    });

    it('covers what was durable before it was recorded, and then what was when its last complete pass began', async () => {
      const { jobs: store, positions } = await open();
      const reach = (next: number) => positions.write([{ topic: 't.1', partition: 0, next }]);
      const covered = async () => (await store.list()).flatMap(({ covered }) => covered.map(({ next }) => next));
      await reach(10);
      await store.request([KEY], 1_000);
      await reach(20);
      const first = await taken(store, 1_001);
      await reach(30);
      expect(await covered()).toEqual([10]);
      await store.advance(first, 'o-7', 12, 2_000);
      // Another process goes on where the first one was: what that one rendered it rendered before.
      const same = await taken(store, 2_001);
      await store.request([KEY], 2_100);
      expect(await covered()).toEqual([10]);
      await store.finish(same);
      expect(await covered()).toEqual([20]);
      const second = await taken(store, 3_000);
      await reach(40);
      await store.request([KEY], 3_100);
      await store.finish(second);
      expect(await covered()).toEqual([30]);
      await store.finish(await taken(store, 4_000));
      await store.request([KEY], 5_000);
      expect(await covered()).toEqual([40]);
    });

    it('loses no request, whoever ends the job meanwhile', async () => {
      const { jobs: store } = await open();
      for (let round = 0; round < 20; round += 1) {
        await store.request([KEY], 1_000);
        const job = await taken(store, 10_000 + round * 1_000);
        await Promise.all([store.finish(job), store.request([KEY], 1_000)]);
        const [left] = await store.list();
        expect(left).toMatchObject({ ...KEY, cursor: null });
        await store.finish(await taken(store, 10_600 + round * 1_000));
        const [more] = await store.list();
        if (more !== undefined) await store.finish(more);
        expect(await store.list()).toEqual([]);
      }
    });
  });
}
