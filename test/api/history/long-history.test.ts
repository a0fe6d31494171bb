/** Histories of more events than a state remembers: searched in the log, folded from the beginning, told in pages. */
import fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { SearchesCrowded } from '../../../api/history/aggregate-log.js';
import { malformed } from '../../../mappings/events/reasons.js';
import { aggregates } from '../../../mappings/registry.js';
import { toRecord } from '../../memory/projection.js';
import { SHOP_NOW } from '../../projector/pipeline/shop-events.js';
import { recompute } from '../../recomputation.js';
import type { PublishedEvent } from '../../recomputation-documents.js';
import { history } from '../../view-kit/history.js';
import { projected, SETTINGS } from './projected.js';

const START = '2026-11-01T10:00:00Z';

/** An order of so many events, now and then without sequence, among those of another. */
const drawn = fc
  .tuple(
    fc.array(fc.record({ kind: fc.nat({ max: 5 }), numbered: fc.integer({ min: 0, max: 9 }) }), {
      ...{ minLength: 90, maxLength: 150 },
    }),
    fc.integer({ min: 0, max: 2 ** 30 }),
  )
  .chain(([steps, seed]) => {
    const event = history(START);
    const line = { lineId: '1', productId: 'p-1', quantity: 1, unitPrice: 100 };
    const all = [event('order.placed', 'o-1', { customerId: 'c-1', currency: 'CNY', lines: [line] })];
    for (const [i, { kind, numbered }] of steps.entries()) {
      const options = numbered === 0 ? { sequence: null } : {};
      const [type, data] = (
        [
          ['order.amended', { lines: [{ ...line, quantity: 1 + i }] }],
          ['order.transferred', { customerId: `c-${i % 3}` }],
          ['order.paid', {}],
          ['order.returned', { returnId: `r-${i}`, lines: [{ lineId: '1', quantity: 1 }] }],
          ['order.deleted', {}],
          ['order.placed', { customerId: 'c-2', currency: 'CNY', lines: [line], city: `城 ${i}` }],
        ] as const
      )[kind] ?? ['order.paid', {}];
      all.push(event(type, 'o-1', data, options), event('order.confirmed', 'o-2'));
    }
    const again = fc.shuffledSubarray(all, { maxLength: 40 });
    const size = fc.integer({ min: 7, max: 100 });
    return fc.record({ all: fc.constant(all), again, size, seed: fc.constant(seed) }).chain((one) => {
      const log = [...one.all, ...one.again];
      return fc.shuffledSubarray(log, { minLength: log.length, maxLength: log.length }).map((shuffled) => {
        return { ...one, log: shuffled };
      });
    });
  });

const sequenceOf = ({ event }: PublishedEvent) => Number(event.sequence ?? 0);

/** In event order, each once. The ids are of one length, and all times differ. */
function inOrder(all: readonly PublishedEvent[], subject: string): PublishedEvent[] {
  return all
    .filter(({ event }) => event.subject === subject)
    .sort((a, b) => sequenceOf(a) - sequenceOf(b) || Date.parse(a.event.time) - Date.parse(b.event.time));
}

describe('a long history', () => {
  it('equals folding the prefixes in event order, whatever the order and the duplicates in the log', async () => {
    await fc.assert(
      fc.asyncProperty(drawn, async ({ all, log, size }) => {
        const { historyAt } = await projected(log);
        const { complete, moments } = await historyAt('orders', 'o-1', size);
        const ordered = inOrder(all, 'o-1');
        expect(complete).toBe(true);
        expect(moments.map(({ version: { eventId } }) => eventId)).toEqual(ordered.map(({ event }) => event.id));
        let before: unknown = null;
        for (const [i, moment] of moments.entries()) {
          const settings = { now: SHOP_NOW, timeZone: SETTINGS.businessTimeZone };
          const expected = recompute(ordered.slice(0, i + 1), settings).orders.get('o-1') ?? null;
          expect(moment).toMatchObject({ type: ordered[i]?.event.type, document: expected });
          expect(moment.before).toEqual(before);
          before = moment.document;
        }
      }),
      { numRuns: 10 },
    );
  }, 60_000);

  const event = history(START);
  const named = (document: unknown) => (document as { name?: unknown } | null)?.name;
  const renamed = (id: string, times: number, options = {}) =>
    Array.from({ length: times }, (_, i) => event('customer.updated', id, { name: `名 ${i + 1}` }, options));
  const registered = (id: string) => event('customer.registered', id, { name: '名 0' });
  const LONG = [registered('c-1'), ...renamed('c-1', 99)];

  it('is told page by page, and read in the log once', async () => {
    const { historyAt, page, ports } = await projected(LONG);
    const { moments } = await historyAt('customers', 'c-1', 30);
    expect(moments.map(({ document }) => named(document))).toEqual(LONG.map((_, i) => `名 ${i}`));
    expect(ports.records.searched).toBe(100);
    const first = await page('customers', 'c-1', null, 30);
    expect(first.moments).toHaveLength(30);
    expect(first.next).toEqual(first.moments.at(-1)?.version);
    expect((await page('customers', 'c-1', first.next, 70)).next).toBeNull();
  });

  it('has each event merged once for all its pages, and those before a page once for a page out of order', async () => {
    const many = [registered('c-1'), ...renamed('c-1', 799)];
    const { historyAt, page } = await projected(many);
    const merging = vi.spyOn(aggregates.customers, 'effect');
    onTestFinished(() => merging.mockRestore());
    const { moments } = await historyAt('customers', 'c-1', 10);
    expect(moments.map(({ document }) => named(document))).toEqual(many.map((_, i) => `名 ${i}`));
    // Once in the order of the log, once in that of the events, and the one by which a page knows that it is not the last.
    expect(merging.mock.calls.length).toBeLessThanOrEqual(2 * 800 + 80);
    merging.mockClear();
    const [early, late] = [moments[99]?.version ?? null, moments[699]?.version ?? null];
    expect(named((await page('customers', 'c-1', early, 1)).moments[0]?.document)).toBe('名 100');
    expect(named((await page('customers', 'c-1', late, 1)).moments[0]?.document)).toBe('名 700');
    expect(merging.mock.calls.length).toBeLessThanOrEqual(102 + 601);
  });

  it('is that of the state which is asked, whatever was told of another from the same search', async () => {
    const { ports, historyAt } = await projected(LONG);
    const behind = await projected(LONG.slice(0, 80));
    behind.ports.log = ports.log;
    expect((await historyAt('customers', 'c-1')).moments).toHaveLength(100);
    expect((await behind.historyAt('customers', 'c-1')).moments).toHaveLength(80);
    expect(ports.records.searched).toBe(100);
  });

  it('is read once when it is longer than may be found, and stays without documents', async () => {
    const { historyAt, ports } = await projected(LONG, { searches: { bytesMax: 20_000 } });
    for (let i = 0; i < 2; i += 1) {
      const told = await historyAt('customers', 'c-1', 10);
      expect(told.complete).toBe(false);
      expect(told.moments.every(({ document }) => document === null)).toBe(true);
    }
    expect(ports.records.searched).toBeLessThan(100);
  });

  it('tells of two events under one id the one that was merged', async () => {
    const [first, second, ...others] = LONG;
    const impostor = { ...second, event: { ...second?.event, data: { name: '冒名' } } } as PublishedEvent;
    const log = [first, second, impostor, ...others].filter((one) => one !== undefined);
    const { historyAt } = await projected(log);
    const told = await historyAt('customers', 'c-1');
    expect([told.complete, told.moments.length]).toEqual([true, 100]);
    expect(JSON.stringify(told)).not.toContain('冒名');
  });

  it('tells nothing that is in the log and was never merged', async () => {
    const late = renamed('c-1', 1, { time: '2026-01-01T00:00:00Z', sequence: null });
    const { historyAt } = await projected(LONG, { notMerged: late.map((one) => toRecord(one, LONG.length)) });
    const told = await historyAt('customers', 'c-1');
    expect([told.complete, told.moments.length]).toEqual([true, 100]);
  });

  it('never tells what was erased, and is complete without', async () => {
    const erased = event('customer.erased', 'c-1');
    const back = event('customer.registered', 'c-1', { name: '新人' });
    const since = Array.from({ length: 70 }, (_, i) => event('customer.updated', 'c-1', { city: `城 ${i}` }));
    const few = await projected([...LONG, erased, back]);
    const many = await projected([...LONG, erased, back, ...since]);
    for (const [{ historyAt }, count] of [
      [few, 1],
      [many, 71],
    ] as const) {
      const told = await historyAt('customers', 'c-1');
      expect([told.complete, told.moments.length]).toEqual([true, count]);
      expect(JSON.stringify(told)).not.toMatch(/名 \d/);
    }
    const cut = await projected([...LONG, erased, back, ...since], { begins: LONG.length });
    expect((await cut.historyAt('customers', 'c-1')).complete).toBe(true);
  });

  it.each([
    ['its first event is gone', LONG, 1, false],
    ['only what others did before it is gone', [registered('c-9'), ...LONG], 1, true],
    [
      'nobody knows what is gone, for events have no sequence',
      [registered('c-9'), registered('c-2'), ...renamed('c-2', 99, { sequence: null })],
      ...([1, false] as const),
    ],
    ['nothing is gone, though events have no sequence', renamed('c-1', 99, { sequence: null }), 0, true],
  ] as const)('when %s, says so', async (_, log, begins, complete) => {
    const { historyAt } = await projected(log, { begins });
    const told = await historyAt('customers', log.at(-1)?.event.subject ?? '');
    expect(told.complete).toBe(complete);
    if (!complete) expect(told.moments.filter(({ document }) => document !== null)).toEqual([]);
  });

  it.each([
    [LONG, true],
    [renamed('c-1', 99, { sequence: null }), false],
  ] as const)('when a batch was not read, and who knows what is in it, says so', async (log, complete) => {
    const unread = malformed('batch-unreadable', 'The batch cannot be read.');
    const standIn = { ...toRecord(registered('c-9'), 0), key: null, value: null, unread };
    // An event of another topic leaves the place to it.
    const { historyAt } = await projected([history(START)('order.paid', 'o-1'), ...log], { notMerged: [standIn] });
    expect((await historyAt('customers', log.at(-1)?.event.subject ?? '')).complete).toBe(complete);
  });

  it('tells no document when a limit ends the search, and goes on when it is asked again', async () => {
    const { historyAt, ports } = await projected(LONG, { searches: { searchMsMax: 0 } });
    const told = await historyAt('customers', 'c-1');
    expect(told.complete).toBe(false);
    expect(told.moments.slice(-64).map(({ type, document }) => [type, document])).toEqual(
      Array.from({ length: 64 }, () => ['customer.updated', null]),
    );
    for (let i = 0; i < 100 && !(await historyAt('customers', 'c-1')).complete; i += 1);
    expect(ports.records.searched).toBeLessThanOrEqual(100);
  });

  it('is refused while as many are looked for as may be, unless it was found already', async () => {
    const { page, ports } = await projected([...LONG, registered('c-2'), ...renamed('c-2', 99)], {
      searches: { searchesMax: 1 },
    });
    await page('customers', 'c-1', null, 1);
    const searching = page('customers', 'c-2', null, 1);
    await expect.poll(() => ports.records.searched).toBeGreaterThan(100);
    const refused = await projected(LONG, { searches: { searchesMax: 0 } });
    await expect(refused.page('customers', 'c-1', null, 1)).rejects.toThrow(SearchesCrowded);
    expect((await page('customers', 'c-1', null, 1)).complete).toBe(true);
    expect((await searching).complete).toBe(true);
  });
});
