import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Shares } from '../../../api/fairness/shares.js';
import { InFlight } from '../../../api/limits/in-flight.js';
import { Lateness } from '../../../api/limits/lateness.js';
import { EVERYBODY } from '../../../api/ports/principal.js';

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
  const lateness = { lasting: 0 };
  const limited = (max: number, maxWhenLate: number, percent: number) =>
    new InFlight({ max, maxWhenLate, lateMs: 100, unlimited: [] }, lateness, new Shares(percent), {
      refused: () => {},
      released: () => {},
    });
  const admitted = (inFlight: InFlight, remoteAddress = '127.0.0.1') => {
    const next = vi.fn();
    const request = { baseUrl: '', path: '/v1/orders', socket: { remoteAddress } } as never;
    const response = new ServerResponse(new IncomingMessage(new Socket()));
    Object.assign(response, { locals: { principal: EVERYBODY } });
    try {
      inFlight.limit(request, response as never, () => inFlight.share(request, response as never, next));
    } catch {
      // Refused.
      response.emit('close');
    }
    return next.mock.calls.length === 1;
  };

  it('takes on fewer requests, but some, until it has caught up', () => {
    lateness.lasting = 101;
    const inFlight = limited(5, 2, 100);
    expect([admitted(inFlight), admitted(inFlight), admitted(inFlight)]).toEqual([true, true, false]);
    lateness.lasting = 100;
    expect([admitted(inFlight), admitted(inFlight), admitted(inFlight)]).toEqual([true, true, true]);
    expect([inFlight.count, admitted(inFlight)]).toEqual([5, false]);
  });

  it('counts those that only wait only among all', () => {
    lateness.lasting = 101;
    const inFlight = limited(5, 2, 100);
    expect([admitted(inFlight), admitted(inFlight), admitted(inFlight)]).toEqual([true, true, false]);
    const resumed = [inFlight.idle(), inFlight.idle()];
    expect([admitted(inFlight), admitted(inFlight), admitted(inFlight)]).toEqual([true, true, false]);
    for (const goOn of resumed) goOn();
    expect(admitted(inFlight)).toBe(false);
  });

  it('takes on one request of whoever has none, while there is a place', () => {
    lateness.lasting = 101;
    const inFlight = limited(4, 2, 75);
    const callers = ['127.0.0.1', '127.0.0.2', '127.0.0.3'];
    expect(callers.map((caller) => admitted(inFlight, caller))).toEqual([true, true, true]);
    expect(admitted(inFlight, '127.0.0.3')).toBe(false);
    expect([admitted(inFlight, '127.0.0.4'), admitted(inFlight, '127.0.0.5')]).toEqual([true, false]);
  });
});
