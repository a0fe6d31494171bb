import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { InFlight } from '../../../api/limits/in-flight.js';
import { Lateness } from '../../../api/limits/lateness.js';
import { Shares } from '../../../api/limits/shares.js';

describe('how late the event loop is', () => {
  /** How late each look comes, besides. */
  let extra = 0;
  let now = 0;
  beforeEach(() => {
    vi.useFakeTimers({ now: 0 });
    [extra, now] = [0, 0];
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const look = (lateness: Lateness, late: readonly number[]) => {
    for (const ms of late) {
      extra += ms;
      now = Date.now() + 50 + extra;
      vi.advanceTimersByTime(50);
    }
    return lateness.lasting;
  };

  it('is told when it lasts, by the best of the last looks', () => {
    const lateness = new Lateness(() => now);
    expect(look(lateness, [0, 0, 0, 0])).toBe(0);
    expect(look(lateness, [500])).toBe(0);
    expect(look(lateness, [300, 200])).toBe(0);
    expect(look(lateness, [400])).toBe(200);
    expect(look(lateness, [400, 400])).toBe(200);
    expect(look(lateness, [0])).toBe(0);
  });
});

describe('a process that falls behind', () => {
  const admitted = (inFlight: InFlight) => {
    const next = vi.fn();
    const request = { baseUrl: '', path: '/v1/orders' } as never;
    try {
      inFlight.limit(request, new ServerResponse(new IncomingMessage(new Socket())) as never, next);
    } catch {
      // Refused.
    }
    return next.mock.calls.length === 1;
  };

  it('takes on fewer requests, but some, until it has caught up', () => {
    const lateness = { lasting: 101 };
    const observer = { refused: () => {}, released: () => {} };
    const inFlight = new InFlight(
      { max: 5, maxWhenLate: 2, lateMs: 100, unlimited: [] },
      lateness,
      new Shares(100),
      observer,
    );
    expect([admitted(inFlight), admitted(inFlight), admitted(inFlight)]).toEqual([true, true, false]);
    lateness.lasting = 100;
    expect([admitted(inFlight), admitted(inFlight), admitted(inFlight)]).toEqual([true, true, true]);
    expect([inFlight.count, admitted(inFlight)]).toEqual([5, false]);
  });
});
