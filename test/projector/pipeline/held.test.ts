import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentBytes } from '../../../mappings/events/size.js';
import { HeldRecords } from '../../../projector/pipeline/held.js';
import type { SourceRecord } from '../../../projector/ports/events.js';

const KEY_BYTES = 2;

function record(partition: number, offset: number, bytes: number): SourceRecord {
  const place = { aggregate: 'orders', topic: 'orders', partition, offset, timestamp: 0 } as const;
  return { ...place, key: Buffer.alloc(KEY_BYTES), value: Buffer.alloc(bytes - KEY_BYTES), headers: {} };
}

const placeOf = ({ partition, offset }: SourceRecord) => `${partition}/${offset}`;

/** Of two partitions, in their order. */
const recordsOf = (sizes: readonly (readonly [partition: number, bytes: number])[]) => {
  const next = [0, 0];
  return sizes.map(([partition, bytes]) => {
    const offset = next[partition] ?? 0;
    next[partition] = offset + 1;
    return record(partition, offset, bytes);
  });
};

describe('records that have to wait', () => {
  const sizes = fc.array(fc.tuple(fc.nat(1), fc.integer({ min: KEY_BYTES, max: 50 })), { minLength: 1, maxLength: 60 });

  it('come out once, in the order of their partitions, none before its time, in batches within the limits', () => {
    fc.assert(
      fc.property(
        sizes,
        fc.nat(20),
        fc.nat(20),
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 10, max: 200 }),
        (all, first, second, records, bytes) => {
          const batch = { records, bytes };
          const held = new HeldRecords({ records: 10, bytes: 150 });
          const source = recordsOf(all);
          const upTo = new Map([
            ['orders/0', first],
            ['orders/1', second],
          ]);
          const isBefore = ({ partition, offset }: SourceRecord) => offset < (partition === 0 ? first : second);
          const come: SourceRecord[] = [];
          const step = (admission: Parameters<HeldRecords['next']>[1]) => {
            const polled: SourceRecord[] = [];
            for (let size = 0; held.hasRoom && polled.length < records && source[0] !== undefined; ) {
              size += contentBytes(source[0]);
              if (polled.length > 0 && size > bytes) break;
              polled.push(...source.splice(0, 1));
            }
            const now = held.next(polled, admission, batch);
            come.push(...now);
            expect(now.length).toBeLessThanOrEqual(records);
            const taken = now.reduce((sum, one) => sum + contentBytes(one), 0);
            if (now.length > 1) expect(taken).toBeLessThanOrEqual(bytes);
            return polled.length + now.length > 0;
          };
          while (step({ mode: 'project', upTo }));
          expect(come.every(isBefore)).toBe(true);
          while (step({ mode: 'project' }));
          expect(held.isEmpty).toBe(true);
          for (const partition of [0, 1]) {
            const own = recordsOf(all).filter((one) => one.partition === partition);
            expect(come.filter((one) => one.partition === partition).map(placeOf)).toEqual(own.map(placeOf));
          }
          expect(come).toHaveLength(all.length);
        },
      ),
    );
  });

  it('leave room for more by their number and by their bytes', () => {
    const byBytes = new HeldRecords({ records: 1_000, bytes: 100 });
    const none = { mode: 'project', upTo: new Map() } as const;
    const batch = { records: 10, bytes: 100 };
    byBytes.next([record(0, 0, 60)], none, batch);
    expect(byBytes.hasRoom).toBe(true);
    byBytes.next([record(0, 1, 60)], none, batch);
    expect(byBytes.hasRoom).toBe(false);
    const byNumber = new HeldRecords({ records: 2, bytes: 1_000 });
    byNumber.next([record(0, 0, 5), record(0, 1, 5)], none, batch);
    expect(byNumber.hasRoom).toBe(false);
  });

  it('keep nothing in memory of what was fetched with them', () => {
    const fetched = Buffer.alloc(1024 * 1024, 'x');
    const view = (from: number) => fetched.subarray(from, from + 3);
    const around = { aggregate: 'orders', topic: 'orders', partition: 0, offset: 7, timestamp: 5 } as const;
    const headers = { one: view(6), many: [view(9), 'text'], absent: undefined };
    const small: SourceRecord = { ...around, key: view(0), value: view(3), headers };
    const held = new HeldRecords({ records: 10, bytes: 1_000 });
    held.next([small], { mode: 'project', upTo: new Map() }, { records: 10, bytes: 1_000 });
    const [given] = held.next([], { mode: 'project' }, { records: 10, bytes: 1_000 });
    expect(given).toEqual(small);
    const parts = [given?.key, given?.value, given?.headers.one, given?.headers.many?.[0]];
    for (const part of parts) expect((part as Buffer).buffer).not.toBe(fetched.buffer);
  });
});
