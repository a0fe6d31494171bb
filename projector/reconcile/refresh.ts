/** Renders anew all that depends on some aggregates, whether or not anything has changed: sums first, then documents. */

import { EMPTY_STATE } from '../../mappings/aggregates/merge.js';
import type { ViewName } from '../../mappings/contract.js';
import type { AggregateName } from '../../mappings/events/event.js';
import { rollups } from '../../mappings/registry.js';
import { group } from '../../mappings/rollups/group.js';
import type { RollupName } from '../../mappings/rollups/summaries.js';
import { piecesOf } from '../../runtime/collections.js';
import { ROLLUP_NAMES } from '../../runtime/storage/contributions.js';
import { Dirty } from '../pipeline/dirty.js';
import { chunksOf, type PublishPorts, publishAll } from '../pipeline/publish.js';
import { type ResolvePorts, resolve } from '../pipeline/resolve.js';
import { referencesTo, touchAggregate, touchAllReferring } from '../pipeline/touch.js';
import type { StateRecord } from '../ports/states.js';
import type { Patience } from '../work/retry-policy.js';
import { halvesOfList, inRoom } from '../work/room.js';

export interface RefreshPorts {
  readonly publish: PublishPorts & ResolvePorts;
  readonly patience: Patience;
  readonly chunkDocumentsMax: number;
}

/** How many documents of each view were rendered. What goes to fan-out jobs is not among them. */
export type Refreshed = ReadonlyMap<ViewName, number>;

const PAGE_ORDERS = 10_000;
const AGGREGATES_TOGETHER = 1000;

export async function refreshAggregates(
  ports: RefreshPorts,
  aggregate: AggregateName,
  ids: readonly string[],
): Promise<Refreshed> {
  const rendered = new Map<ViewName, number>();
  for (const piece of piecesOf(ids, AGGREGATES_TOGETHER)) {
    const dirty = await ports.patience.until(() => dependentOn(ports, aggregate, piece));
    const documents = await ports.patience.until(() => resolve(ports.publish, dirty));
    await publishAll(ports.publish, ports.patience, chunksOf(documents, ports.chunkDocumentsMax));
    for (const [view, own] of documents.byView) rendered.set(view, (rendered.get(view) ?? 0) + own.size);
  }
  return rendered;
}

async function dependentOn(ports: RefreshPorts, aggregate: AggregateName, ids: readonly string[]): Promise<Dirty> {
  const dirty = new Dirty();
  for await (const [some, states] of statesOf(ports, aggregate, ids)) {
    for (const id of some) {
      touchAggregate(dirty, aggregate, id, states.get(id)?.state ?? EMPTY_STATE, null);
      touchAllReferring(dirty, aggregate, id);
    }
  }
  for (const rollup of ROLLUP_NAMES) {
    if (rollups[rollup].ownedBy !== aggregate) continue;
    await touchOwned(ports, dirty, rollup, ids);
    for (const id of ids) await touchContributed(ports, dirty, rollup, aggregate, id);
  }
  return dirty;
}

/** As many at a time as there is room for, with their ids. */
function statesOf(
  { publish: { aggregates, loadedCharactersMax } }: RefreshPorts,
  aggregate: AggregateName,
  ids: readonly string[],
): AsyncGenerator<readonly [ids: readonly string[], states: ReadonlyMap<string, StateRecord>]> {
  return inRoom(
    ids,
    halvesOfList,
    loadedCharactersMax,
    async (part, room) => [part, await aggregates.read(aggregate, part, room())] as const,
  );
}

/** The sums that are there. */
async function touchOwned(
  { publish: { rollups, loadedCharactersMax } }: RefreshPorts,
  dirty: Dirty,
  rollup: RollupName,
  owners: readonly string[],
): Promise<void> {
  const parts = inRoom(owners, halvesOfList, loadedCharactersMax, (part, room) =>
    rollups.read(rollup, part, null, room()),
  );
  for await (const part of parts) {
    for (const [owner, periods] of part) {
      for (const { period } of periods) dirty.group(rollup, group(owner, period));
    }
  }
}

/** Those that orders count in, and that may not be there. */
async function touchContributed(
  ports: RefreshPorts,
  dirty: Dirty,
  rollup: RollupName,
  aggregate: AggregateName,
  owner: string,
): Promise<void> {
  for (const reference of referencesTo(aggregate)) {
    for (let after: string | null = null; ; ) {
      const orders = await ports.publish.aggregates.referringAfter(reference, owner, after, PAGE_ORDERS);
      if (orders.length === 0) break;
      const ids = orders.map(({ orderId }) => orderId);
      for await (const [, states] of statesOf(ports, 'orders', ids)) {
        for (const { state } of states.values()) {
          for (const one of state.groups.get(rollup) ?? []) {
            if (one.owner === owner) dirty.group(rollup, one);
          }
        }
      }
      after = ids.at(-1) ?? '';
    }
  }
}
