/** Redrive and refresh, over the real pipeline in memory. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redrive } from '../../../projector/operations/redriving.js';
import { refresh } from '../../../projector/operations/refreshing.js';
import type {
  QuarantineChoice,
  QuarantineDesk,
  QuarantineEntry,
  QuarantinePage,
} from '../../../projector/ports/quarantine.js';
import type { OperatedGeneration } from '../../../projector/reconcile/operated.js';
import { created, event, placed, registered } from '../../flow/shop.js';
import { operatedIn } from '../../memory/operated.js';
import { liveProjection, toRecord } from '../../memory/projection.js';
import type { PublishedEvent } from '../../recomputation-documents.js';

const NOW = Date.UTC(2026, 10, 21);

async function shop(published: readonly PublishedEvent[]) {
  const world = liveProjection({ now: NOW, settings: { businessTimeZone: 'UTC', reportingCurrency: 'CNY' } });
  await world.run(published, { batch: 3, workers: 1 });
  return world;
}

/** All that waits, and what was done about it. */
class Desk implements QuarantineDesk {
  readonly handled = new Set<string>();

  constructor(private readonly entries: readonly QuarantineEntry[]) {}

  async list(): Promise<never> {
    throw new Error('Nobody lists here.');
  }

  async *pages({ id, key }: QuarantineChoice, { entriesMax }: QuarantinePage) {
    const chosen = this.entries.filter(
      (entry) =>
        (id === undefined || entry.id === id) && (key === undefined || String(entry.record?.key ?? '') === key),
    );
    for (let from = 0; from < chosen.length; from += entriesMax) yield chosen.slice(from, from + entriesMax);
  }

  async handle(ids: readonly string[]): Promise<number> {
    for (const id of ids) this.handled.add(id);
    return ids.length;
  }

  async blame(): Promise<void> {}
}

function waiting(published: readonly PublishedEvent[]): readonly QuarantineEntry[] {
  return published.map((one, offset) => ({
    ...{
      id: `${one.topic}/0/${offset}`,
      record: toRecord(one, offset),
      lost: null,
      reason: 'not-json',
      detail: 'before',
    },
    ...{ quarantinedAt: new Date(0), handled: null },
  }));
}

/** The same id, and something else in it. */
function reusing(original: PublishedEvent, name: string): PublishedEvent {
  return { topic: original.topic, event: { ...original.event, data: { ...Object(original.event.data), name } } };
}

const ALL = { all: {}, now: () => NOW };

function among(...operated: readonly OperatedGeneration[]) {
  const byRecord = new Map(operated.map((one) => [one.record, one]));
  const operate = (record: OperatedGeneration['record']) => {
    const found = byRecord.get(record);
    if (found === undefined) throw new Error(`Nobody works at generation ${record.number}.`);
    return found;
  };
  return { generations: [...byRecord.keys()], operate };
}

describe('redrive', () => {
  it('promises in a dry run what the real one does, reused ids included, and changes nothing', async () => {
    const known = registered('c-1', '王芳');
    const other = registered('c-2', '李娜');
    const candidates = [
      ...[reusing(known, '别人'), known, other, reusing(other, '又别人'), created('p-1', '手机')],
      ...[
        placed('o-1', 'c-1', 'p-1'),
        event('customer.updated', 'c-1', 2, { level: 7 }),
        event('order.sung', 'o-1', 3),
      ],
    ];
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(candidates), async (again) => {
        const world = await shop([known]);
        const operated = operatedIn(world, [known]);
        const desk = new Desk(waiting(again));
        const states = structuredClone(world.aggregates.records);
        const promised = await redrive(desk, among(operated), ALL.all, { dryRun: true, now: ALL.now });
        expect(world.aggregates.records).toEqual(states);
        expect(desk.handled.size).toBe(0);
        const done = await redrive(desk, among(operated), ALL.all, { dryRun: false, now: ALL.now });
        expect(promised).toEqual(done);
        expect(desk.handled.size).toBe(done.events);
      }),
      { numRuns: 60 },
    );
  });

  it.each([true, false])('refuses a record that does not wait, in a dry run (%s) too', async (dryRun) => {
    const operated = operatedIn(await shop([]), []);
    const redriven = (choice: QuarantineChoice) =>
      redrive(new Desk([]), among(operated), choice, { dryRun, now: ALL.now });
    await expect(redriven({ id: 'nope' })).rejects.toThrow('No record nope waits in the quarantine');
    await expect(redriven({ key: 'c-9' })).rejects.toThrow('No record with the key c-9 waits');
    expect(await redriven({ cause: 'not-json' })).toEqual({ chosen: 0, events: 0, left: {} });
  });
});

describe('redrive into a snapshot', () => {
  const known = [registered('c-1', '王芳'), created('p-1', '手机'), placed('o-1', 'c-1', 'p-1')];
  const erased = event('customer.erased', 'c-1', 2, {});
  const others = [event('customer.updated', 'c-1', 3, { city: '上海' }), registered('c-2', '李娜')];

  async function snapshot(phase: 'filling' | 'frozen', operated: Partial<OperatedGeneration> = {}) {
    const world = await shop(known);
    const own = operatedIn(world, known);
    const record = { ...own.record, number: 2, phase, snapshot: { name: 'then', at: new Date(NOW) } };
    const shown = () => ({
      customers: [...world.documents.visible({ view: 'customers', revision: 1 }).keys()],
      orders: JSON.stringify([...world.documents.visible({ view: 'orders', revision: 1 })]),
    });
    return { world, shown, operated: { ...own, ...operated, record } };
  }

  it.each(['filling', 'frozen'] as const)(
    'erases whom the records erase, and takes nothing else (%s)',
    async (phase) => {
      const live = operatedIn(await shop(known), known);
      const { world, shown, operated } = await snapshot(phase);
      const before = shown();
      expect(before.orders).toContain('王芳');
      const desk = new Desk(waiting([...others, erased]));
      const states = structuredClone(world.aggregates.records);
      const promised = await redrive(desk, among(live, operated), ALL.all, { dryRun: true, now: ALL.now });
      expect([world.aggregates.records, shown()]).toEqual([states, before]);
      expect(await redrive(desk, among(live, operated), ALL.all, { dryRun: false, now: ALL.now })).toEqual(promised);
      expect(promised).toEqual({ chosen: 3, events: 3, left: {} });
      expect(shown().customers).toEqual([]);
      expect(shown().orders).not.toContain('王芳');
      expect([...world.aggregates.records.customers.keys()]).toEqual(['c-1']);
    },
  );

  it('removes nothing of the quarantine until all generations have it: it may have to be re-driven again', async () => {
    const carriedOut: string[] = [];
    const erasures = {
      carryOut: async (list: readonly { customerId: string }[]) => {
        carriedOut.push(...list.map(({ customerId }) => customerId));
      },
    };
    const live = { ...operatedIn(await shop(known), known), erasures };
    const { operated } = await snapshot('frozen', { erasures });
    const away = () => Promise.reject(new Error('away'));
    const desk = new Desk(waiting([erased]));
    const broken = { ...operated, patience: { until: away } };
    const real = { dryRun: false, now: ALL.now };
    await expect(redrive(desk, among(live, broken), ALL.all, real)).rejects.toThrow('away');
    expect([carriedOut, desk.handled.size]).toEqual([[], 0]);
    await redrive(desk, among(live, operated), ALL.all, real);
    expect([carriedOut, desk.handled.size]).toEqual([['c-1', 'c-1'], 1]);
  });

  it('leaves it alone where nobody is to be erased: it may be of another shape', async () => {
    const live = operatedIn(await shop(known), known);
    const { operated } = await snapshot('frozen');
    const operate = (record: OperatedGeneration['record']) => {
      if (record.snapshot !== undefined) throw new Error('another shape');
      return live;
    };
    const generations = [live.record, operated.record];
    const run = (published: readonly PublishedEvent[]) =>
      redrive(new Desk(waiting(published)), { generations, operate }, ALL.all, { dryRun: false, now: ALL.now });
    expect(await run(others)).toMatchObject({ events: 2 });
    await expect(run([erased])).rejects.toThrow('another shape');
  });
});

describe('refresh', () => {
  const customer = registered('c-1', '王芳');
  const one = (id: string) => ({ kind: 'one', aggregate: 'customers', id }) as const;

  it('renders what is known', async () => {
    const operated = operatedIn(await shop([customer]), [customer]);
    expect(await refresh(operated, one('c-1'), { replay: false })).toMatchObject({ rendered: { customers: 1 } });
  });

  it('refuses what nothing is known of, and a time that is to come', async () => {
    const world = await shop([customer]);
    const operated = operatedIn(world, [customer]);
    for (const replay of [false, true]) {
      await expect(refresh(operated, one('nope'), { replay })).rejects.toThrow(
        'No event of customers/nope was projected',
      );
    }
    const tomorrow = { kind: 'since', time: NOW + 86_400_000 } as const;
    await expect(refresh(operated, tomorrow, { replay: false })).rejects.toThrow(
      '2026-11-22T00:00:00.000Z is in the future',
    );
    expect(world.aggregates.records.customers.has('nope')).toBe(false);
  });

  it('makes of the events what no state is there of', async () => {
    const operated = operatedIn(await shop([]), [customer]);
    expect(await refresh(operated, one('c-1'), { replay: true })).toMatchObject({ statesChanged: 1 });
  });
});
