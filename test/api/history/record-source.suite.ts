/** What every source of records keeps to. */
import { describe, expect, it } from 'vitest';
import type { PlacedRecord, RecordSource } from '../../../api/ports/history.js';

/** A source over one partition that holds these, from offset 0. */
export type OpenSource = (
  records: readonly { readonly key: string | null; readonly value: string }[],
) => Promise<{ readonly source: RecordSource; readonly topic: string }>;

const GENEROUS = { bytesMax: 1_000_000, signal: new AbortController().signal };
const valuesOf = (records: readonly PlacedRecord[]) => records.map(({ value }) => value?.toString('utf8'));
const limits = () => ({ ...GENEROUS, deadline: performance.now() + 5_000 });

export function recordSourceSuite(name: string, open: OpenSource): void {
  describe(`a source of records: ${name}`, () => {
    const LOG = Array.from({ length: 9 }, (_, i) => ({ key: i === 4 ? null : `k-${i % 3}`, value: `v-${i}` }));

    it('has the record at each place, and null where there is none', async () => {
      const { source, topic } = await open(LOG);
      const found = await source.at(
        [7, 0, 99].map((offset) => ({ topic, partition: 0, offset })),
        { caller: 'a', signal: GENEROUS.signal },
      );
      expect(found.map((record) => record?.value?.toString('utf8') ?? null)).toEqual(['v-7', 'v-0', null]);
    });

    it('finds by key within the stretch, in the order of the log', async () => {
      const { source, topic } = await open(LOG);
      const stretch = { topic, partition: 0, from: 0, to: 7 };
      const { records, next, begins } = await source.withKey('k-1', stretch, limits());
      expect([valuesOf(records), next, begins]).toEqual([['v-1'], 7, 0]);
      const further = await source.withKey('k-1', { ...stretch, from: 7, to: 9 }, limits());
      expect([valuesOf(further.records), further.next]).toEqual([['v-7'], 9]);
      expect(further.records[0]).toMatchObject({ topic, partition: 0, offset: 7 });
      expect((await source.withKey('k-9', stretch, limits())).records).toEqual([]);
    });

    it('ends at its limits, and says where it goes on', async () => {
      const { source, topic } = await open(LOG);
      const stretch = { topic, partition: 0, from: 0, to: 9 };
      const late = await source.withKey('k-0', stretch, { ...GENEROUS, deadline: performance.now() - 1 });
      expect([late.records, late.next]).toEqual([[], 0]);
      const gone = await source.withKey('k-0', stretch, { ...limits(), signal: AbortSignal.abort() });
      expect([gone.records, gone.next]).toEqual([[], 0]);
      const { next } = await source.withKey('k-0', stretch, { ...limits(), bytesMax: -1 });
      expect(next).toBe(0);
    });
  });
}
