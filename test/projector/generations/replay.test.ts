/** A snapshot by the events' own time: whatever the order of arrival, what was then, less what was erased since. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderAll } from '../../../projector/generations/render-all.js';
import { Replay } from '../../../projector/generations/replay.js';
import { StateCache } from '../../../projector/pipeline/state-cache.js';
import type { SourceRecord } from '../../../projector/ports/events.js';
import type { GenerationRecord, SnapshotClock } from '../../../runtime/storage/records.js';
import { servedOf } from '../../api/served.js';
import { LOADED_CHARACTERS_MAX, liveProjection, STATE_BYTES_MAX, toRecord } from '../../memory/projection.js';
import { MemoryRebuildStore, MemoryStateScan } from '../../memory/rebuilds.js';
import { MemoryEventLog } from '../../memory/scans.js';
import { recompute } from '../../recomputation.js';
import type { PublishedEvent } from '../../recomputation-documents.js';
import { history } from '../../view-kit/history.js';
import { SHOP_NOW, shopEvents } from '../pipeline/shop-events.js';
import { SETTINGS, shown } from '../pipeline/shown.js';

const TOPICS = ['customers', 'products', 'orders'] as const;
const DAY_MS = 86_400_000;

/** As composition/snapshot.ts makes it, of all that there is in the log. */
async function snapshotOf(records: readonly SourceRecord[], at: number, clock: SnapshotClock) {
  const world = liveProjection({ now: at, settings: SETTINGS });
  const events = new MemoryEventLog(records);
  const spans = (await Promise.all(TOPICS.map((topic) => events.spans(topic)))).flat();
  const record: GenerationRecord = {
    ...{ ...servedOf().live, ...SETTINGS, phase: 'filling' as const },
    snapshot: { name: 'then', at: new Date(at), clock },
  };
  const rebuilds = new MemoryRebuildStore();
  rebuilds.begin({
    ...{ generation: record.number, startedAt: new Date(at), origin: 'the beginning', documents: 0 },
    from: Object.fromEntries(spans.map(({ topic, partition }) => [`${topic}/${partition}`, 0])),
    ends: Object.fromEntries(spans.map(({ topic, partition, to }) => [`${topic}/${partition}`, to])),
  });
  const { patience, positions } = world;
  const publish = world.publishPorts();
  const replay = new Replay({
    operated: {
      ...{ record, events, publish, patience, chunkDocumentsMax: 3 },
      fold: {
        store: world.aggregates,
        cache: new StateCache(10),
        settings: SETTINGS,
        stateBytesMax: STATE_BYTES_MAX,
        loadedCharactersMax: LOADED_CHARACTERS_MAX,
      },
      erasures: { carryOut: async () => {} },
    },
    ...{ positions, rebuilds },
  });
  while (!(await replay.isDone(await positions.read())));
  const ports = {
    scan: new MemoryStateScan(world.aggregates, world.rollups),
    publish,
    patience,
    yieldToLive: async () => {},
  };
  await renderAll(ports, { chunkDocumentsMax: 3, chunksInFlight: 1, summedOrdersMax: 10 }, null, {
    summed: async () => {},
    rendered: async () => true,
  });
  return { documents: shown(world), states: world.aggregates.records };
}

/** What an ordinary generation takes: of several events under one id the one that arrived first. */
function taken(published: readonly PublishedEvent[]): PublishedEvent[] {
  const first = new Map<string, PublishedEvent>();
  for (const one of published) {
    const name = JSON.stringify([one.topic, one.event.subject, one.event.id]);
    if (!first.has(name)) first.set(name, one);
  }
  return [...first.values()];
}

function expectedAt(published: readonly PublishedEvent[], at: number) {
  const isOfThen = ({ event: { time, type } }: PublishedEvent) => Date.parse(time) <= at || type === 'customer.erased';
  return { ...recompute(taken(published).filter(isOfThen), { now: at, timeZone: SETTINGS.businessTimeZone }) };
}

const BROKEN: SourceRecord = { ...toRecord(history('2026-09-01T00:00:00Z')('order.paid', 'o-1'), 0), value: null };

/** Some come again, and some ids come with other content and at another time, anywhere in the log. */
const logs = shopEvents
  .chain((all) =>
    fc.tuple(
      fc.constant(all),
      fc.shuffledSubarray(all),
      fc.array(fc.tuple(fc.constantFrom(...all), fc.integer({ min: 0, max: 70 * DAY_MS })), { maxLength: 6 }),
    ),
  )
  .chain(([all, again, reused]) => {
    const others = reused.map(([{ topic, event }, ago]) => ({
      topic,
      event: { ...event, time: new Date(SHOP_NOW - ago).toISOString() },
    }));
    const log = [...all, ...again, ...others];
    return fc.shuffledSubarray(log, { minLength: log.length, maxLength: log.length });
  });

describe('a snapshot by the clock of the events', () => {
  it('equals a clean computation of the events of then, whatever the order, the duplicates and reused ids', async () => {
    let leftOut = 0;
    await fc.assert(
      fc.asyncProperty(logs, fc.integer({ min: 0, max: 60 * DAY_MS }), async (log, ago) => {
        const at = SHOP_NOW - ago;
        const { documents } = await snapshotOf([BROKEN, ...log.map(toRecord)], at, 'event');
        expect(documents).toEqual(expectedAt(log, at));
        leftOut += log.filter(({ event }) => Date.parse(event.time) > at).length;
      }),
      { numRuns: 200 },
    );
    expect(leftOut).toBeGreaterThan(1_000);
  });

  const event = history('2026-11-01T10:00:00Z');
  const REGISTERED = event('customer.registered', 'c-1', { name: '王芳' }, { time: '2026-11-01T00:00:00.000Z' });
  const LATER = event('customer.updated', 'c-1', { name: '李四' }, { time: '2026-11-01T00:00:00.001Z' });
  const ERASED = event('customer.erased', 'c-1', {}, { time: '2026-11-20T00:00:00Z' });
  const AT = Date.parse('2026-11-01T00:00:00Z');

  it.each([
    ['takes the events of its very millisecond and none of the next', [LATER, REGISTERED], 'event', '王芳'],
    ['takes what was read, by the clock of the log', [LATER, REGISTERED], 'log', '李四'],
    ['shows nobody who was erased since', [ERASED, LATER, REGISTERED], 'event', undefined],
  ] as const)('%s', async (_, published, clock, name) => {
    const { documents } = await snapshotOf(published.map(toRecord), AT, clock);
    expect((documents.customers?.get('c-1') as { name: string } | undefined)?.name).toBe(name);
  });

  it('keeps of a later event nothing but its id', async () => {
    const secret = event('customer.updated', 'c-2', { name: '赵秘密' }, { time: '2026-11-02T00:00:00Z' });
    const { states } = await snapshotOf([secret].map(toRecord), AT, 'event');
    expect(JSON.stringify([...states.customers])).not.toContain('赵秘密');
  });
});
