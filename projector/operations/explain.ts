/** Which events made a document: what its aggregates have merged, and where the newest of it stands in Kafka. */
import { dayOf } from '../../mappings/calendar.js';
import type { DerivationSettings, Key, ViewName } from '../../mappings/contract.js';
import { views } from '../../mappings/registry.js';
import type { RollupName } from '../../mappings/rollups/summaries.js';
import { Refused } from '../generations/refused.js';
import { loadFor } from '../pipeline/load.js';
import { StateCache } from '../pipeline/state-cache.js';
import type { Clock } from '../ports/clock.js';
import type { DocumentScan, Target } from '../ports/documents.js';
import type { RollupStore } from '../ports/rollups.js';
import type { AggregateStore, StateRecord } from '../ports/states.js';

export interface ExplainPorts {
  readonly aggregates: Pick<AggregateStore, 'read' | 'versions'>;
  readonly rollups: Pick<RollupStore, 'read'>;
  readonly documents: DocumentScan;
  readonly target: Target;
  readonly settings: DerivationSettings;
  readonly clock: Clock;
}

export interface Explanation {
  readonly document: string;
  /** The ticket of the stored document, `null` when there is none; a hidden one is a tombstone. */
  readonly stored: { readonly ticket: number; readonly hidden: boolean } | null;
  readonly aggregates: readonly ExplainedAggregate[];
  /** Sums over orders that the document shows. */
  readonly rollups: readonly ReadPeriods[];
}

export interface ReadPeriods {
  readonly rollup: RollupName;
  readonly owner: string;
  readonly periods: readonly string[];
}

export interface ExplainedAggregate {
  /** `orders/o-1001` */
  readonly aggregate: string;
  /** False: nothing of it has arrived. */
  readonly arrived: boolean;
  /** Inclusive ranges of the sequences that were merged. */
  readonly sequences: readonly (readonly [from: number, to: number])[];
  /** The newest 64 events that were merged, oldest first. */
  readonly events: readonly {
    readonly eventId: string;
    readonly sequence: number | null;
    readonly time: Date;
    readonly topic: string;
    readonly partition: number;
    readonly offset: number;
  }[];
}

/** @throws Refused when nothing is known of such a document. */
export async function explainDocument(ports: ExplainPorts, view: ViewName, id: string): Promise<Explanation> {
  const read = new Map<string, StateRecord | null>();
  const periods: ReadPeriods[] = [];
  await loadFor(
    {
      aggregates: notingStates(ports.aggregates, read),
      rollups: notingPeriods(ports.rollups, periods),
      // Every state is asked for, and so noted.
      cache: new StateCache(0),
    },
    new Map([[views[view], [id]]]),
    dayOf(ports.clock.now(), ports.settings.businessTimeZone),
  );
  const stored = (await ports.documents.read(ports.target, [id])).get(id);
  if (stored === undefined && !isKnown(views[view].keyedBy, id, read, periods))
    throw new Refused(`Nothing is known of ${view}/${id}.`);
  return {
    document: `${view}/${id}`,
    stored: stored === undefined ? null : { ticket: stored.ticket, hidden: stored.stored === null },
    aggregates: [...read].map(([aggregate, record]) => explained(aggregate, record)),
    rollups: periods,
  };
}

function isKnown(
  key: Key,
  id: string,
  states: ReadonlyMap<string, StateRecord | null>,
  periods: readonly ReadPeriods[],
): boolean {
  if ('aggregate' in key) return (states.get(`${key.aggregate}/${id}`) ?? null) !== null;
  return periods.some((own) => own.rollup === key.rollup && own.owner === id && own.periods.length > 0);
}

function notingStates(
  aggregates: ExplainPorts['aggregates'],
  read: Map<string, StateRecord | null>,
): ExplainPorts['aggregates'] {
  return {
    versions: (name, ids) => aggregates.versions(name, ids),
    async read(name, ids) {
      const found = await aggregates.read(name, ids);
      for (const id of ids) read.set(`${name}/${id}`, found.get(id) ?? null);
      return found;
    },
  };
}

function notingPeriods(rollups: ExplainPorts['rollups'], read: ReadPeriods[]): ExplainPorts['rollups'] {
  return {
    async read<Name extends RollupName>(rollup: Name, owners: readonly string[], firstPeriod: string | null) {
      const found = await rollups.read(rollup, owners, firstPeriod);
      for (const owner of owners) {
        read.push({ rollup, owner, periods: (found.get(owner) ?? []).map(({ period }) => period) });
      }
      return found;
    },
  };
}

function explained(aggregate: string, record: StateRecord | null): ExplainedAggregate {
  if (record === null) return { aggregate, arrived: false, sequences: [], events: [] };
  const { sequences, remembered } = record.state;
  const events = remembered.map(({ version, topic, partition, offset }) => ({
    eventId: version.eventId,
    sequence: version.sequence > 0 ? version.sequence : null,
    time: new Date(version.time),
    ...{ topic, partition, offset },
  }));
  return { aggregate, arrived: true, sequences, events };
}
