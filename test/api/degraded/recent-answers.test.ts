import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RecentAnswers } from '../../../api/degraded/recent-answers.js';
import { FRESH } from '../server.js';

const answer = (document: string) => ({ data: [document], beside: '', link: '', freshness: FRESH });

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

describe('recent answers', () => {
  it('are found for as long as they may be kept, by when they were asked for, and gone then, whoever asks', () => {
    const recent = new RecentAnswers({ ageMs: 60_000, entriesMax: 10, bytesMax: 1_000 });
    const begun = recent.begin();
    vi.advanceTimersByTime(500);
    recent.keep('a', answer('[]'), begun);
    vi.advanceTimersByTime(59_500);
    expect(recent.find('a')).toMatchObject({ data: ['[]'], freshness: FRESH, ageMs: 60_000 });
    vi.advanceTimersByTime(1);
    expect(recent.find('a')).toBeNull();
    // Nobody has to ask for it to be gone.
    vi.advanceTimersByTime(60_000);
    expect([recent.size, recent.bytes]).toEqual([0, 0]);
  });

  it('never give way to older ones', () => {
    const recent = new RecentAnswers({ ageMs: 60_000, entriesMax: 10, bytesMax: 1_000 });
    const before = recent.begin();
    vi.advanceTimersByTime(10);
    recent.keep('a', answer('new'), recent.begin());
    recent.keep('a', answer('old'), before);
    expect(recent.find('a')?.data).toEqual(['new']);
  });

  it('are not kept at all when they may not get old', () => {
    const recent = new RecentAnswers({ ageMs: 0, entriesMax: 10, bytesMax: 1_000 });
    recent.keep('a', answer('[]'), recent.begin());
    expect([recent.find('a'), recent.size]).toEqual([null, 0]);
  });

  it('are as many and take as many bytes as they may, the newest of them', () => {
    const step = fc.record({ key: fc.integer({ min: 0, max: 12 }), length: fc.nat(60), waitMs: fc.nat(30) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const recent = new RecentAnswers({ ageMs: 200, entriesMax: 5, bytesMax: 300 });
        for (const { key, length, waitMs } of steps) {
          vi.advanceTimersByTime(waitMs);
          recent.keep(`${key}`, answer('x'.repeat(length)), recent.begin());
          expect(recent.size).toBeLessThanOrEqual(5);
          expect(recent.bytes).toBeLessThanOrEqual(300);
          expect(recent.find(`${key}`)?.data).toEqual(['x'.repeat(length)]);
        }
        vi.advanceTimersByTime(400);
        expect([recent.size, recent.bytes]).toEqual([0, 0]);
      }),
    );
  });

  it('are not kept when one alone is too large, and neither is what it replaces', () => {
    const recent = new RecentAnswers({ ageMs: 200, entriesMax: 5, bytesMax: 300 });
    recent.keep('a', answer('small'), recent.begin());
    recent.keep('a', answer('x'.repeat(200)), recent.begin());
    expect([recent.find('a'), recent.bytes]).toEqual([null, 0]);
  });
});
