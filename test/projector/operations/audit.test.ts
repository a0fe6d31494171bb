import { describe, expect, it } from 'vitest';
import { Refused } from '../../../projector/generations/refused.js';
import { audited } from '../../../projector/operations/audit.js';
import { MemoryAuditTrail } from '../../memory/audit.js';

const ACTOR = { who: 'wang@ops', via: 'cli' } as const;
const ACTION = { action: 'rebuild start', parameters: { fullSpeed: true } };
const clock = { now: () => 1_000 };

describe('an action', () => {
  it('is on record before it begins, and with its result afterwards', async () => {
    const trail = new MemoryAuditTrail();
    const work = async () => {
      expect(await trail.list(10)).toMatchObject([{ ...ACTOR, ...ACTION, result: 'begun', endedAt: null }]);
      return 7;
    };
    expect(await audited({ trail, clock }, ACTOR, ACTION, work)).toBe(7);
    expect(await trail.list(10)).toMatchObject([
      { ...ACTOR, ...ACTION, at: new Date(1_000), result: 'done', detail: null, endedAt: new Date(1_000) },
    ]);
  });

  it('is on record when it is refused or fails, with what was said, and fails for the caller, too', async () => {
    const trail = new MemoryAuditTrail();
    for (const error of [new Refused('not now'), new Error('no disk')]) {
      await expect(audited({ trail, clock }, ACTOR, ACTION, () => Promise.reject(error))).rejects.toBe(error);
    }
    expect((await trail.list(10)).map(({ result, detail }) => [result, detail])).toEqual([
      ['failed', 'no disk'],
      ['refused', 'not now'],
    ]);
  });

  it('that cannot be recorded is not done', async () => {
    const trail = new MemoryAuditTrail();
    trail.failure = new Error('MongoDB is away');
    let done = false;
    const work = async () => {
      done = true;
    };
    await expect(audited({ trail, clock }, ACTOR, ACTION, work)).rejects.toThrow('MongoDB is away');
    expect(done).toBe(false);
  });
});
