/** Waiting that a stop ends, whatever becomes of the work. */
import { expect, it } from 'vitest';
import { untilStopped } from '../../runtime/stopping.js';

const reject = () => Promise.reject(new Error('planted'));

it('comes to what the work comes to', async () => {
  const { signal } = new AbortController();
  expect(await untilStopped(Promise.resolve(7), signal)).toBe(7);
  await expect(untilStopped(reject(), signal)).rejects.toThrow('planted');
});

it('ends at once when it is stopped, before or meanwhile, also with work that never ends or fails afterwards', async () => {
  const ending = new AbortController();
  let fail: (error: Error) => void = () => {};
  const work = new Promise<number>((_, rejected) => {
    fail = rejected;
  });
  const waiting = untilStopped(work, ending.signal);
  ending.abort();
  expect(await waiting).toBe('stopped');
  fail(new Error('too late'));
  expect(await untilStopped(new Promise(() => {}), ending.signal)).toBe('stopped');
  expect(await untilStopped(reject(), ending.signal)).toBe('stopped');
});
