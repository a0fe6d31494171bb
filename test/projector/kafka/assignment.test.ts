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
});
