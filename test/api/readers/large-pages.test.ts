/** How large a page is gets asked only where it can matter. */
import { describe, expect, it } from 'vitest';
import type { SizeReader } from '../../../api/ports/documents.js';
import { AnswerTooLarge, StoreUnavailable } from '../../../api/ports/errors.js';
import { StoreGuard } from '../../../api/readers/guarded/store-guard.js';
import { LARGE_PAGE_BYTES, LargePages } from '../../../api/readers/large-pages.js';
import { views } from '../../../mappings/registry.js';
import { accepted } from '../asking.js';

const documents = { view: views.orders, generation: 1, revision: 1 };
const options = { signal: new AbortController().signal };

function world() {
  const asked = { largest: 0, pages: 0 };
  const told: { largest: number | Error; page: number } = { largest: 0, page: 0 };
  let nowMs = 0;
  const reader: SizeReader = {
    async largest() {
      asked.largest += 1;
      if (told.largest instanceof Error) throw told.largest;
      return told.largest;
    },
    async bytesOf() {
      asked.pages += 1;
      return told.page;
    },
  };
  const guard = new StoreGuard(
    {
      ...{ store: 'elasticsearch', concurrencyMax: 4, queueMax: 4, callerSharePercent: 90, queueWaitMs: 1_000 },
      ...{ timeoutMs: 1_000, failuresMax: 5, tryAgainAfterMs: 1_000, probeTimeoutMs: 1_000 },
    },
    async () => {},
    { called: () => {}, changed: () => {} },
  );
  const pages = new LargePages(reader, guard, () => nowMs);
  const sizeOf = (size: number, without: readonly string[] = [], bytesMax?: number) =>
    pages.bytesOf(
      documents,
      { ...accepted('orders', `size=${size}`).query, without },
      { ...options, ...(bytesMax === undefined ? {} : { bytesMax }) },
    );
  const pass = (ms: number) => {
    nowMs += ms;
  };
  return { asked, told, sizeOf, pass };
}

describe('the size of a page', () => {
  it('is not asked for while no document is large enough, and the largest only now and then', async () => {
    const { asked, told, sizeOf, pass } = world();
    for (let i = 0; i < 100; i += 1) expect(await sizeOf(100)).toBe(0);
    expect(asked).toEqual({ largest: 1, pages: 0 });
    told.largest = LARGE_PAGE_BYTES / 2;
    told.page = 12_345;
    pass(10_000);
    // Nobody waits for what is asked anew.
    expect(await sizeOf(10)).toBe(0);
    await expect.poll(() => sizeOf(10), { interval: 1 }).toBe(12_345);
    expect(await sizeOf(1)).toBe(0);
    expect(asked.largest).toBe(2);
  });

  it('is too much when it is certain to be', async () => {
    const { told, sizeOf } = world();
    told.largest = LARGE_PAGE_BYTES;
    told.page = 5 * LARGE_PAGE_BYTES;
    await expect(sizeOf(10, [], 4 * LARGE_PAGE_BYTES)).rejects.toThrow(AnswerTooLarge);
    expect(await sizeOf(10, ['lines'], 4 * LARGE_PAGE_BYTES)).toBe(told.page);
    expect(await sizeOf(10, [], 5 * LARGE_PAGE_BYTES)).toBe(told.page);
  });

  it('is as it was when the store does not tell the largest, and is nothing before it has', async () => {
    const { asked, told, sizeOf, pass } = world();
    told.page = 7;
    told.largest = new StoreUnavailable('elasticsearch');
    expect(await sizeOf(100)).toBe(0);
    told.largest = LARGE_PAGE_BYTES;
    pass(10_000);
    expect(await sizeOf(100)).toBe(7);
    told.largest = new StoreUnavailable('elasticsearch');
    pass(10_000);
    for (let i = 0; i < 3; i += 1) expect(await sizeOf(100)).toBe(7);
    expect(asked.largest).toBe(3);
  });
});
