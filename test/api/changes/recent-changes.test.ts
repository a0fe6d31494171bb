import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecentChanges } from '../../../api/changes/recent-changes.js';
import type { LoggedChange } from '../../../api/ports/changes.js';

function change(partition: number, offset: number): LoggedChange {
  return { view: 'orders', id: `o-${offset}`, ticket: offset + 1, keys: {}, partition, offset };
}

describe('the end of the log in memory', () => {
  it('gives all that lies between two places, or says that some of it is gone', () => {
    const bounds = fc.tuple(fc.nat(40), fc.nat(40));
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20 }), fc.nat(5), bounds, bounds, (max, first, a, b) => {
        const recent = new RecentChanges(max, [first, first]);
        for (let offset = first; offset < 40; offset += 1) {
          const next = new Map([
            [0, offset + 1],
            [1, offset + 1],
          ]);
          recent.add({ changes: [change(0, offset), change(1, offset)], next });
        }
        const from = [Math.min(...a), Math.min(...b)];
        const to = [Math.max(...a), Math.max(...b)];
        const found = recent.between(from, to);
        const expected = [0, 1].flatMap((partition) =>
          Array.from({ length: (to[partition] ?? 0) - (from[partition] ?? 0) }, (_, i) =>
            change(partition, (from[partition] ?? 0) + i),
          ),
        );
        if (found !== null) expect(found.changes).toEqual(expected);
        else expect(Math.min(...from)).toBeLessThan(40 - max);
      }),
    );
  });

  it('keeps as many as it is told, of each partition', () => {
    const recent = new RecentChanges(3, [0]);
    for (let offset = 0; offset < 100; offset += 1) {
      recent.add({ changes: [change(0, offset)], next: new Map([[0, offset + 1]]) });
    }
    expect(recent.between([97], [100])?.changes).toHaveLength(3);
    expect(recent.between([90], [100])).toBeNull();
  });

  it('learns of partitions that are added', () => {
    const recent = new RecentChanges(3, [5]);
    recent.add({
      changes: [],
      next: new Map([
        [1, 0],
        [2, 0],
      ]),
    });
    recent.add({ changes: [change(2, 0)], next: new Map([[2, 1]]) });
    expect(recent.between([5], [5, 0, 1])?.changes).toEqual([change(2, 0)]);
  });
});
