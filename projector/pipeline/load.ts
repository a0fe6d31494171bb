/** Reads what documents need, after their ticket: a few bulk reads per round, whatever the number of documents. */
import type { AggregateState } from '../../mappings/aggregates/state.js';
import type { Loaded } from '../../mappings/contract.js';
import type { AggregateName } from '../../mappings/events/event.js';
import { gather, type Rendering } from '../../mappings/loading.js';
import type { Room } from '../ports/errors.js';
import type { RollupStore } from '../ports/rollups.js';
import type { AggregateStore } from '../ports/states.js';
import type { StateCache } from './state-cache.js';

export interface LoadPorts {
  readonly aggregates: AggregateStore;
  readonly rollups: RollupStore;
  readonly cache: StateCache;
}

/** What loading itself needs of them. */
export interface LoadSources {
  readonly aggregates: Pick<AggregateStore, 'read' | 'versions'>;
  readonly rollups: Pick<RollupStore, 'read'>;
  readonly cache: StateCache;
}

/**
 * Call it only with the ticket in hand: nothing that was read before it may go into a document.
 * @throws NoRoom when the documents are to be rendered in parts; absent: there is room for all that they need.
 */
export function loadFor(ports: LoadSources, rendering: Rendering, today: string, room?: Room): Promise<Loaded> {
  return gather(
    {
      states: (name, ids) => readStates(ports, name, ids, room),
      periods: (rollup, owners, firstPeriod) => ports.rollups.read(rollup, owners, firstPeriod, room),
    },
    rendering,
    today,
  );
}

/** A cached state is as good as the stored one when, now, their versions are equal. */
async function readStates(
  ports: LoadSources,
  name: AggregateName,
  ids: readonly string[],
  room: Room | undefined,
): Promise<ReadonlyMap<string, AggregateState>> {
  const cached = ports.cache.take(name, ids);
  const uncached = ids.filter((id) => !cached.has(id));
  const states = new Map<string, AggregateState>();
  const readRecords = async (missing: readonly string[]) => {
    for (const [id, record] of await ports.aggregates.read(name, missing, room)) {
      states.set(id, record.state);
      ports.cache.put(name, id, record);
    }
  };
  const checkCached = async () => {
    const versions = await ports.aggregates.versions(name, [...cached.keys()]);
    const stale: string[] = [];
    for (const [id, record] of cached) {
      if (versions.get(id) === record.version) {
        room?.take(record.length);
        states.set(id, record.state);
      } else stale.push(id);
    }
    await readRecords(stale);
  };
  await Promise.all([readRecords(uncached), checkCached()]);
  return states;
}
