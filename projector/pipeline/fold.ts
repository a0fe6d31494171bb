/** Events of a batch merge into the states of their aggregates, by compare-and-set, and say what they touch. */

import { EMPTY_STATE, type MergeOutcome, merge } from '../../mappings/aggregates/merge.js';
import type { DerivationSettings } from '../../mappings/contract.js';
import type { AggregateName } from '../../mappings/events/event.js';
import { aggregates } from '../../mappings/registry.js';
import type { RollupName } from '../../mappings/rollups/summaries.js';
import type { AggregateStore, QuarantinedRecord, StateRecord, StateWrite } from '../ports.js';
import type { StateCache } from '../state/cache.js';
import { derive, rollupsChanged } from '../state/derive.js';
import { gapAfter } from '../state/gap.js';
import type { DecodedDelivery } from './decode.js';
import type { Dirty } from './dirty.js';
import { groupBy, piecesOf } from './group.js';
import { inLanes } from './lanes.js';
import { touchAggregate, touchReferring } from './touch.js';

type ByAggregate = Map<string, readonly DecodedDelivery[]>;

/** While the store is at work on some, others are merged. */
const AGGREGATES_AT_A_TIME = 1000;
const PIECES_IN_FLIGHT = 2;

export interface FoldPorts {
  readonly store: Pick<AggregateStore, 'read' | 'write'>;
  readonly cache: StateCache;
  readonly settings: DerivationSettings;
}

/** Resolves when every merged state is durable. Returns the deliveries that reuse the id of another event. */
export async function foldBatch(
  ports: FoldPorts,
  deliveries: readonly DecodedDelivery[],
  dirty: Dirty,
): Promise<readonly QuarantinedRecord[]> {
  const reused: QuarantinedRecord[] = [];
  await Promise.all(
    [...groupBy(deliveries, ({ event }) => event.aggregate)].map(([name, own]) => {
      const bySubject = [...groupBy(own, ({ event }) => event.subject)];
      return inLanes(piecesOf(bySubject, AGGREGATES_AT_A_TIME), PIECES_IN_FLIGHT, async (piece) => {
        reused.push(...(await foldAggregates(ports, name, new Map(piece), dirty)));
      });
    }),
  );
  return reused;
}

async function foldAggregates(
  ports: FoldPorts,
  name: AggregateName,
  deliveries: ByAggregate,
  dirty: Dirty,
): Promise<QuarantinedRecord[]> {
  const reused: QuarantinedRecord[] = [];
  let open = deliveries;
  // A cached state may be behind: that shows when its write is refused, and then it is read.
  let known = ports.cache.take(name, [...open.keys()]);
  while (open.size > 0) {
    const missing = [...open.keys()].filter((id) => !known.has(id));
    for (const [id, record] of await ports.store.read(name, missing)) known.set(id, record);
    const merged = mergeAll(ports, name, open, known);
    const conflicts = await ports.store.write(name, merged.writes);
    for (const [id, record] of merged.records) {
      if (conflicts.has(id)) continue;
      ports.cache.put(name, id, record);
      touchAggregate(dirty, name, id, record.state, merged.rollupsChanged.get(id) ?? null);
      reused.push(...settle(open.get(id) ?? [], merged.outcomes.get(id) ?? [], dirty));
    }
    open = new Map([...open].filter(([id]) => conflicts.has(id)));
    known = new Map();
  }
  return reused;
}

interface MergedAggregates {
  readonly records: Map<string, StateRecord>;
  readonly outcomes: Map<string, readonly MergeOutcome[]>;
  readonly writes: StateWrite[];
  /** For aggregates of which every delivery is certainly the first: the rollups that it makes a difference to. */
  readonly rollupsChanged: Map<string, ReadonlySet<RollupName>>;
}

function mergeAll(
  ports: FoldPorts,
  name: AggregateName,
  open: ByAggregate,
  known: ReadonlyMap<string, StateRecord>,
): MergedAggregates {
  const merged: MergedAggregates = { records: new Map(), outcomes: new Map(), writes: [], rollupsChanged: new Map() };
  for (const [id, deliveries] of open) {
    const before: StateRecord = known.get(id) ?? { version: 0, state: EMPTY_STATE, contributions: {} };
    const { state, changed, outcomes } = merge(aggregates[name], before.state, deliveries);
    merged.outcomes.set(id, outcomes);
    if (!changed) {
      merged.records.set(id, before);
      continue;
    }
    const derived = derive(name, id, state, ports.settings);
    const gap = gapAfter(before, state, deliveries);
    merged.records.set(id, {
      version: before.version + 1,
      state: derived.state,
      contributions: derived.contributions,
      ...gap,
    });
    merged.writes.push({ id, expected: before.version, ...derived, ...gap });
    if (outcomes.every((outcome) => outcome === 'first')) {
      const former = before.contributions ?? derive(name, id, before.state, ports.settings).contributions;
      merged.rollupsChanged.set(id, rollupsChanged(former, derived.contributions));
    }
  }
  return merged;
}

function settle(
  deliveries: readonly DecodedDelivery[],
  outcomes: readonly MergeOutcome[],
  dirty: Dirty,
): QuarantinedRecord[] {
  const reused: QuarantinedRecord[] = [];
  deliveries.forEach(({ event, record }, i) => {
    if (outcomes[i] === 'reused-id') {
      const detail = `Event id ${event.eventId} of ${event.aggregate}/${event.subject} was used before with other content.`;
      reused.push({ record, reason: 'id-reused', detail });
    } else {
      touchReferring(dirty, event);
    }
  });
  return reused;
}
