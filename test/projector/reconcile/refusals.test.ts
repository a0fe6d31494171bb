/** The watch over refused documents ends when it is stopped: its pause at once, and a look that has begun with it. */
import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Unavailable } from '../../../projector/ports/errors.js';
import type { Refusal, RefusalDesk } from '../../../projector/ports/refusals.js';
import { RefusalWatch } from '../../../projector/reconcile/refusals.js';
import { createLog } from '../../../runtime/log.js';
import { until } from '../../until.js';

function watching(page: RefusalDesk['page']) {
  const reported: number[] = [];
  const refusals: RefusalDesk = { page, count: async () => 0, find: async () => [], settle: async () => {} };
  const watch = new RefusalWatch({
    refusals,
    documents: { tickets: async () => new Map() },
    report: (count) => reported.push(count),
    log: createLog('test', 'silent'),
  });
  return { watch, reported };
}

it('looks again after a pause, also when a look has failed, and no more once it is stopped', async () => {
  let looks = 0;
  const { watch, reported } = watching(async () => {
    looks += 1;
    if (looks === 1) throw new Unavailable('planted');
    return [];
  });
  const running = watch.run();
  await until('the second look', async () => reported.length === 1);
  await watch.stop();
  await running;
  expect(looks).toBe(2);
});

it('ends when the look that has begun has ended, and looks no more', async () => {
  let looks = 0;
  let answer: (refusals: readonly Refusal[]) => void = () => {};
  const { watch, reported } = watching(() => {
    looks += 1;
    return new Promise((resolve) => {
      answer = resolve;
    });
  });
  let isOver = false;
  const running = watch.run().then(() => {
    isOver = true;
  });
  await watch.stop();
  await setImmediate();
  expect(isOver).toBe(false);
  answer([]);
  await running;
  expect([looks, reported]).toEqual([1, [0]]);
});
