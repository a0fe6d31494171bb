/** What every source of records does. */
import { describe, expect, it } from 'vitest';
import type { EventSource, SourceRecord } from '../../../projector/ports/events.js';
import { until } from '../../until.js';

/** A source that is given records with these keys, all of one topic, in this order, and has not been run. */
export type OpenSource = (keys: readonly string[]) => Promise<EventSource>;

export function eventSourceSuite(open: OpenSource): void {
  describe('a source of records', () => {
    it('gives every record once, in the order of its partition, and at most as many as asked for', async () => {
      const keys = Array.from({ length: 40 }, (_, i) => `key-${i % 7}`);
      const source = await open(keys);
      const running = source.run();
      const records = await pollAll(source, keys.length, 7);
      expect(records.map(({ key }) => String(key)).sort()).toEqual([...keys].sort());
      for (const offsets of offsetsByPartition(records).values()) {
        expect(offsets).toEqual([...offsets].sort((a, b) => a - b));
      }
      await source.stop();
      await running;
    });

    it('gives none when there are none, and ends when it is stopped', async () => {
      const source = await open([]);
      const running = source.run();
      expect(await source.poll(10, 1)).toEqual([]);
      await source.stop();
      await source.stop();
      await running;
    });
  });
}

/** Polls until that many different records have come; `limit` at a time. */
export async function pollAll(source: EventSource, count: number, limit: number): Promise<SourceRecord[]> {
  const records = new Map<string, SourceRecord>();
  await until(`${count} records`, async () => {
    const polled = await source.poll(limit, 10);
    expect(polled.length).toBeLessThanOrEqual(limit);
    for (const record of polled) records.set(`${record.topic}/${record.partition}/${record.offset}`, record);
    return records.size >= count;
  });
  return [...records.values()];
}

function offsetsByPartition(records: readonly SourceRecord[]): Map<number, number[]> {
  const offsets = new Map<number, number[]>();
  for (const { partition, offset } of records) offsets.set(partition, [...(offsets.get(partition) ?? []), offset]);
  return offsets;
}
