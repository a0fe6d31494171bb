/** Events of a batch merge into the states of their aggregates, by compare-and-set, and say what they touch. */

import { EMPTY_STATE } from '../../mappings/aggregates/merge.js';
import type { AggregateName } from '../../mappings/events/event.js';
import type { ReasonCode } from '../../mappings/events/reasons.js';
import type { RollupName } from '../../mappings/rollups/summaries.js';
import { groupBy, piecesOf } from '../../runtime/collections.js';
import type { Room } from '../ports/errors.js';
import type { QuarantinedRecord } from '../ports/quarantine.js';
import type { AggregateStore, StateRecord, StateWrite } from '../ports/states.js';
import { inLanes } from '../work/lanes.js';
import { halvesOfList, inRoom } from '../work/room.js';
import { type BoundedOutcome, mergeWhatFits, mergeWhole, type StateBounds } from './bounded-merge.js';
import type { DecodedDelivery } from './decode.js';
import { derive, rollupsChanged } from './derive.js';
import type { Dirty } from './dirty.js';
import { gapAfter } from './gap.js';
import type { StateCache } from './state-cache.js';
import { touchAggregate, touchReferring } from './touch.js';

type ByAggregate = Map<string, readonly DecodedDelivery[]>;

/** While the store is at work on some, others are merged. */
const AGGREGATES_AT_A_TIME = 1000;
const PIECES_IN_FLIGHT = 2;

export interface FoldPorts extends StateBounds {
  readonly store: Pick<AggregateStore, 'read' | 'write'>;
  readonly cache: StateCache;
  /** Of the states that are read for some aggregates, as they are stored; with more, fewer are merged at a time. */
  readonly loadedCharactersMax: number;
}

/**
 * Resolves when every merged state is durable. Returns the deliveries that are to be set apart: they reuse the id of
 * another event, or do not fit into their aggregate's state.
 */
export async function foldBatch(
  ports: FoldPorts,
  deliveries: readonly DecodedDelivery[],
  dirty: Dirty,
): Promise<readonly QuarantinedRecord[]> {
  const apart: QuarantinedRecord[] = [];
  await Promise.all(
    [...groupBy(deliveries, ({ event }) => event.aggregate)].map(([name, own]) => {
      const bySubject = [...groupBy(own, ({ event }) => event.subject)];
      return inLanes(piecesOf(bySubject, AGGREGATES_AT_A_TIME), PIECES_IN_FLIGHT, async (piece) => {
        const parts = inRoom(piece, halvesOfList, ports.loadedCharactersMax, (part, room) =>
          foldAggregates(ports, name, new Map(part), dirty, room()),
        );
        for await (const own of parts) apart.push(...own);
      });
    }),
  );
  return apart;
}

/** @throws NoRoom when it is to be done in parts. Some may be merged by then: to them, their events are duplicates. */
async function foldAggregates(
  ports: FoldPorts,
  name: AggregateName,
  deliveries: ByAggregate,
  dirty: Dirty,
  room: Room,
): Promise<QuarantinedRecord[]> {
  const apart: QuarantinedRecord[] = [];
  let open = deliveries;
  // A cached state may be behind: that shows when its write is refused, and then it is read.
  let known = ports.cache.take(name, [...open.keys()]);
  for (const { length } of known.values()) room.take(length);
  while (open.size > 0) {
    const missing = [...open.keys()].filter((id) => !known.has(id));
    for (const [id, record] of await ports.store.read(name, missing, room)) known.set(id, record);
    const merged = await mergeAll(ports, name, open, known);
    const conflicts = await ports.store.write(name, merged.writes);
    for (const [id, record] of merged.records) {
      if (conflicts.has(id)) continue;
      ports.cache.put(name, id, record);
      touchAggregate(dirty, name, id, record.state, merged.rollupsChanged.get(id) ?? null);
      apart.push(...settle(ports, open.get(id) ?? [], merged.outcomes.get(id) ?? [], dirty));
    }
    open = new Map([...open].filter(([id]) => conflicts.has(id)));
    known = new Map();
  }
  return apart;
}

const NOTHING: StateRecord = { version: 0, state: EMPTY_STATE, contributions: {}, length: 0 };

interface MergedAggregates {
  readonly records: Map<string, StateRecord>;
  readonly outcomes: Map<string, readonly BoundedOutcome[]>;
  readonly writes: StateWrite[];
  /** For aggregates of which every delivery is certainly the first: the rollups that it makes a difference to. */
  readonly rollupsChanged: Map<string, ReadonlySet<RollupName>>;
}

/** Nothing is waited for but for aggregates whose state would be too large. */
async function mergeAll(
  ports: FoldPorts,
  name: AggregateName,
  open: ByAggregate,
  known: ReadonlyMap<string, StateRecord>,
): Promise<MergedAggregates> {
  const merged: MergedAggregates = { records: new Map(), outcomes: new Map(), writes: [], rollupsChanged: new Map() };
  for (const [id, deliveries] of open) {
    const before: StateRecord = known.get(id) ?? NOTHING;
    const whole = mergeWhole(ports, name, id, before.state, deliveries);
    const { change, outcomes } =
      whole === 'too large' ? await mergeWhatFits(ports, name, id, before.state, deliveries) : whole;
    merged.outcomes.set(id, outcomes);
    if (change === null) {
      merged.records.set(id, before);
      continue;
    }
    const mergedNow = deliveries.filter((_, i) => outcomes[i] !== 'too-large');
    const gap = gapAfter(before, change.state, mergedNow);
    merged.records.set(id, {
      version: before.version + 1,
      state: change.state,
      contributions: change.contributions,
      length: change.text.length,
      ...gap,
    });
    merged.writes.push({ id, expected: before.version, ...change, ...gap });
    if (outcomes.every((outcome) => outcome === 'first')) {
      const former = before.contributions ?? derive(name, id, before.state, ports.settings).contributions;
      merged.rollupsChanged.set(id, rollupsChanged(former, change.contributions));
    }
  }
  return merged;
}

function settle(
  ports: FoldPorts,
  deliveries: readonly DecodedDelivery[],
  outcomes: readonly BoundedOutcome[],
  dirty: Dirty,
): QuarantinedRecord[] {
  const apart: QuarantinedRecord[] = [];
  deliveries.forEach((delivery, i) => {
    const why = whyApart(ports, delivery, outcomes[i]);
    if (why === null) touchReferring(dirty, delivery.event);
    else apart.push({ record: delivery.record, ...why });
  });
  return apart;
}

function whyApart(
  { stateBytesMax }: FoldPorts,
  { event: { eventId, aggregate, subject } }: DecodedDelivery,
  outcome: BoundedOutcome | undefined,
): { readonly reason: ReasonCode; readonly detail: string } | null {
  if (outcome === 'reused-id') {
    const detail = `Event id ${eventId} of ${aggregate}/${subject} was used before with other content.`;
    return { reason: 'id-reused', detail };
  }
  if (outcome === 'too-large') {
    const detail = `With event ${eventId}, the state of ${aggregate}/${subject} would have more than ${stateBytesMax} bytes.`;
    return { reason: 'state-too-large', detail };
  }
  return null;
}
