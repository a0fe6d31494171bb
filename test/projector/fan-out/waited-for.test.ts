import { describe, expect, it } from 'vitest';
import { askedOf, leftOf } from '../../../projector/fan-out/waited-for.js';
import type { Job } from '../../../projector/ports/jobs.js';

function job(generation: number, again = false, referredId = 'p-1'): Job {
  const place = { cursor: null, documents: 0, requestedAt: 0, covered: [] };
  return { view: 'orders', reference: 'product', referredId, generation, again, ...place };
}

describe('the jobs that are waited for', () => {
  it('are done when their pass is, though they are asked for again', () => {
    const asked = askedOf([job(1)]);
    expect(leftOf(asked, [job(1, true)]).size).toBe(1);
    expect(leftOf(asked, [job(2)]).size).toBe(0);
    expect(leftOf(asked, []).size).toBe(0);
  });

  it('that were asked for while a pass was under way are done after the next one', () => {
    const second = leftOf(askedOf([job(1, true)]), [job(2)]);
    expect(second.size).toBe(1);
    expect(leftOf(second, [job(2, true)]).size).toBe(1);
    expect(leftOf(second, [job(3)]).size).toBe(0);
  });

  it('are those of the moment only', () => {
    expect(leftOf(askedOf([job(1)]), [job(7, false, 'p-2')]).size).toBe(0);
  });
});
