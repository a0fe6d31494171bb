import { describe, expect, it } from 'vitest';
import { Assignment } from '../../../projector/kafka/assignment.js';

const PARTITION = { topic: 'orders', partition: 0 };
const at = (next: number) => ({ ...PARTITION, next });
const ranges = new Map([['orders', [{ partition: 0, low: 0, high: 10 }]]]);

describe('an assignment', () => {
  it('tells the group nothing before it knows where its partitions begin, and nothing behind that then', () => {
    const assignment = new Assignment([PARTITION]);
    assignment.advance([at(2)]);
    expect(assignment.takeUncommitted()).toEqual([]);
    assignment.begin([at(3)], ranges);
    expect(assignment.takeUncommitted()).toEqual([at(3)]);
    assignment.advance([at(2)]);
    expect(assignment.takeUncommitted()).toEqual([]);
    assignment.advance([at(4)]);
    expect(assignment.takeUncommitted()).toEqual([at(4)]);
  });

  it('goes on with an empty range where it has come to, and not with one behind records that are fetched again', () => {
    const assignment = new Assignment([PARTITION]);
    const empty = (from: number | null, next: number) => assignment.passed({ ...PARTITION, from, next });
    expect(empty(0, 1)).toBe(false);
    assignment.begin([at(3)], ranges);
    expect(empty(3, 4)).toBe(true);
    assignment.fetched('orders', 0, 6);
    expect(empty(8, 9), 'fetched for a former assignment').toBe(false);
    expect(empty(9, 10), 'and what follows it').toBe(false);
    expect(empty(null, 7)).toBe(false);
    expect(empty(6, 7)).toBe(true);
  });
});
