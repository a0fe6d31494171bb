/** What is kept of searches in the log: how much, for how long, and who may search. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Shares } from '../../../api/fairness/shares.js';
import { AggregateLog, SearchesCrowded } from '../../../api/history/aggregate-log.js';
import { bytesOf } from '../../../api/history/record-bytes.js';
import { toRecord } from '../../memory/projection.js';
import { history } from '../../view-kit/history.js';
import { MemoryRecords } from './memory-records.js';
import { SEARCHES } from './projected.js';

const event = history('2026-11-01T10:00:00Z');
const LOG = [
  ...Array.from({ length: 20 }, (_, i) => event('customer.updated', 'c-1', { city: `城 ${i}` })),
  ...Array.from({ length: 20 }, (_, i) => event('customer.updated', 'c-2', { city: `城 ${i}` })),
].map(toRecord);
const BYTES = LOG.slice(0, 20).reduce((sum, record) => sum + bytesOf(record), 0);
const WHOLE = { topic: 'customers', partition: 0, to: LOG.length };
const searcher = { caller: 'a', signal: new AbortController().signal };

function opened(settings: Partial<typeof SEARCHES> = {}, shares = new Shares(100)) {
  const records = new MemoryRecords(LOG);
  const log = new AggregateLog(records, { ...SEARCHES, ...settings }, shares);
  return { records, of: (id: string) => log.eventsOf('customers', id, [WHOLE], searcher), log };
}

describe('a search in the log', () => {
  it('is over when it found as much as it may: asked again, it is answered the same and reads nothing', async () => {
    const { records, of } = opened({ bytesMax: BYTES / 2, searchesMax: 1 });
    const first = await of('c-1');
    expect([first.isWhole, first.isFull]).toEqual([false, true]);
    expect(first.events.length).toBeLessThan(20);
    const { searched } = records;
    expect(await of('c-1')).toEqual(first);
    expect(records.searched).toBe(searched);
    const other = of('c-2');
    expect(await of('c-1'), 'while no further search may be').toEqual(first);
    await other;
  });

  it('is whole when it found more than it may with the last it read', async () => {
    const { of } = opened({ bytesMax: BYTES - 1 });
    expect(await of('c-2')).toMatchObject({ isWhole: true, isFull: false });
  });

  it('makes room for what was found last, and forgets first what was used least recently', async () => {
    const { records, of } = opened({ bytesMax: 2.5 * BYTES });
    const readBy = async (id: string) => {
      const before = records.searched;
      await of(id);
      return records.searched - before;
    };
    expect([await readBy('c-1'), await readBy('c-2'), await readBy('c-1'), await readBy('c-2')]).toEqual([
      40, 40, 0, 0,
    ]);
    const small = opened({ bytesMax: 1.5 * BYTES });
    await small.of('c-1');
    await small.of('c-2');
    await small.of('c-2');
    expect(small.records.searched).toBe(80);
    await small.of('c-1');
    expect(small.records.searched).toBe(120);
  });

  it('in a part of the log is kept, too', async () => {
    const { records, log } = opened();
    const part = () => log.eventsWithin('customers', 'c-1', { ...WHOLE, from: 10 }, searcher);
    expect((await part()).events.map(({ offset }) => offset)).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
    await part();
    expect(records.searched).toBe(30);
  });

  it('in a part of the log leaves one to those who search all of it', async () => {
    const { log, of } = opened({ searchesMax: 2 });
    const part = (from: number) => log.eventsWithin('customers', 'c-1', { ...WHOLE, from }, searcher);
    const first = part(0);
    await expect(part(1)).rejects.toThrow(SearchesCrowded);
    expect([(await of('c-1')).isWhole, (await first).isWhole]).toEqual([true, true]);
  });

  it.each([
    [2, 1, 75],
    [3, 2, 75],
    [2, 1, 90],
    [3, 2, 90],
  ])(
    'of %i leaves one to other callers: one caller has %i of them, by a share of %i %%',
    async (searchesMax, share, percent) => {
      const { log } = opened({ searchesMax }, new Shares(percent));
      const by = (caller: string, id: string) => log.eventsOf('customers', id, [WHOLE], { ...searcher, caller });
      const own = Array.from({ length: share }, (_, i) => by('a', `c-${i}`));
      await expect(by('a', 'c-8')).rejects.toThrow(SearchesCrowded);
      expect((await by('b', 'c-9')).isWhole).toBe(true);
      expect((await Promise.all(own)).length).toBe(share);
      expect((await by('a', 'c-8')).isWhole).toBe(true);
    },
  );
});

describe('what a search found', () => {
  afterEach(() => vi.useRealTimers());

  it('is kept for a minute from the first search, however often it is used', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const { records, of } = opened();
    await of('c-1');
    for (const readInAll of [40, 40, 80, 80]) {
      vi.advanceTimersByTime(25_000);
      await of('c-1');
      expect(records.searched).toBe(readInAll);
    }
  });

  it('is not kept for longer because the search goes on', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const { records, log } = opened();
    const upTo = (to: number) => log.eventsOf('customers', 'c-1', [{ ...WHOLE, to }], searcher);
    await upTo(10);
    vi.advanceTimersByTime(50_000);
    await upTo(20);
    expect(records.searched).toBe(20);
    vi.advanceTimersByTime(10_000);
    await upTo(20);
    expect(records.searched).toBe(40);
  });
});
