/** Trying again: until it is done, no longer than allowed, and never longer than the waiting is wanted. */
import { describe, expect, it } from 'vitest';
import { Repeated } from '../../runtime/repeated.js';
import { type Retrying, retrying } from '../../runtime/retrying.js';

function options(more: Partial<Retrying> = {}): Retrying & { readonly delays: number[] } {
  const delays: number[] = [];
  return {
    delays,
    isPassing: (error) => error instanceof RangeError,
    onFailure: (_, { delayMs }) => delays.push(delayMs),
    firstDelayMs: 4,
    delayMaxMs: 10,
    ...more,
  };
}

function failing(times: number, error: Error = new RangeError('away')) {
  let left = times;
  return async () => {
    left -= 1;
    if (left >= 0) throw error;
    return 'done';
  };
}

describe('retrying', () => {
  it('goes on until it is done, with pauses that double up to their bound', async () => {
    const trying = options();
    expect(await retrying(failing(5), trying)).toBe('done');
    const bounds = [4, 8, 10, 10, 10];
    expect(trying.delays).toHaveLength(bounds.length);
    trying.delays.forEach((delay, at) => {
      const bound = bounds[at] ?? 0;
      expect(delay).toBeGreaterThanOrEqual(bound / 2);
      expect(delay).toBeLessThanOrEqual(bound);
    });
  });

  it('throws at once what does not pass, and what has not passed after so many attempts', async () => {
    await expect(retrying(failing(1, new TypeError('wrong')), options())).rejects.toThrow('wrong');
    const brief = options({ attemptsMax: 2 });
    await expect(retrying(failing(9), brief)).rejects.toThrow('away');
    expect(brief.delays).toHaveLength(2);
  });

  it('ends a pause when it is no longer wanted', async () => {
    const ending = new AbortController();
    const never = retrying(failing(9), options({ firstDelayMs: 1e6, delayMaxMs: 1e6, signal: ending.signal }));
    ending.abort(new Error('no longer'));
    await expect(never).rejects.toThrow('no longer');
  });
});

describe('repeated work', () => {
  it('is done again and again, and its pause ends with it', async () => {
    let times = 0;
    const repeated = new Repeated(async () => {
      times += 1;
      if (times === 3) await repeated.stop();
    }, 1);
    await repeated.run();
    expect(times).toBe(3);
    const resting = new Repeated(async () => void setImmediate(() => void resting.stop()), 1e6);
    await resting.run();
  });
});
