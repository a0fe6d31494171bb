import { describe, expect, it } from 'vitest';
import { type Aftermath, brokenPromises, counted, type Phase, slowdown } from './verdict.js';

const UNHURT: Aftermath = { dead: [], left: [], difference: null };

/** A hundred answers and more, of which the slowest in a hundred takes `ms`. */
function phase(ms: number, ...others: { ending: string; ms: number }[]): Phase {
  const fast = Array.from({ length: 196 }, () => ({ ending: '200', ms: 1 }));
  return { name: 'phase', answers: [...fast, ...[1, 2, 3, 4].map(() => ({ ending: '200', ms })), ...others] };
}

describe('the verdict', () => {
  it('is that every promise was kept where honest callers wait at most twice as long', () => {
    expect(brokenPromises(phase(10), phase(20), UNHURT)).toEqual([]);
  });

  it('names how much longer they wait otherwise', () => {
    expect(brokenPromises(phase(10), phase(20.5), UNHURT)).toEqual([
      expect.stringContaining('from 10.0 to 20.5 ms, 2.0 times'),
    ]);
  });

  it('goes by the slowest in a hundred, not by the slowest of all', () => {
    expect(slowdown(phase(10), phase(10, { ending: '200', ms: 9_000 }))).toBe(1);
  });

  it.each(['503 overloaded', '429 rate-limited', '404', 'ECONNRESET', 'no answer'])(
    'takes %s for a refusal',
    (ending) => {
      expect(brokenPromises(phase(10), phase(10, { ending, ms: 1 }), UNHURT)).toEqual([
        expect.stringContaining(`1 of 201 honest requests were refused (${ending} × 1)`),
      ]);
    },
  );

  it('takes an unchanged document for an answer', () => {
    expect(brokenPromises(phase(10), phase(10, { ending: '304', ms: 1 }), UNHURT)).toEqual([]);
  });

  it('says that the rate is too high where honest callers alone are refused', () => {
    const calm = phase(10, { ending: '503 overloaded', ms: 1 });
    expect(brokenPromises(calm, phase(10), UNHURT)).toEqual([expect.stringContaining('choose a lower --rate')]);
  });

  it('is no good one without answers', () => {
    const none = { name: 'none', answers: [] };
    expect(brokenPromises(none, none, UNHURT)).not.toEqual([]);
    expect(brokenPromises(phase(10), none, UNHURT)).not.toEqual([]);
  });

  it('tells what is left, who is dead, and what differs', () => {
    const aftermath = {
      dead: ['api (1)'],
      left: ['2 requests are in flight still.'],
      difference: '/v1/orders/o-1 differs.',
    };
    expect(brokenPromises(phase(10), phase(10), aftermath)).toEqual([
      'A process has died: api (1).',
      '2 requests are in flight still.',
      '/v1/orders/o-1 differs.',
    ]);
  });
});

describe('counted endings', () => {
  it('come the most frequent first', () => {
    expect(counted(['429', '200', '200', '431', '200', '431'])).toEqual([
      ['200', 3],
      ['431', 2],
      ['429', 1],
    ]);
  });
});
