/**
 * What happened to an aggregate, event by event, and its document as of each: its own state as it was then, in the order
 * of the events and not of their arrival; what the document takes from other aggregates, and sums, as they are now.
 * Nothing of it is stored: the events are read in Kafka again, where the state says that they stand.
 */
import { EMPTY_STATE, merge } from '../../mappings/aggregates/merge.js';
import type { AggregateState, LogPlace, RememberedEvent } from '../../mappings/aggregates/state.js';
import { dayOf } from '../../mappings/calendar.js';
import type { PeriodSummary, View } from '../../mappings/contract.js';
import { decode } from '../../mappings/events/decode.js';
import { type AggregateName, compareVersions, type DomainEvent } from '../../mappings/events/event.js';
import { gather } from '../../mappings/loading.js';
import { aggregates } from '../../mappings/registry.js';
import type { RollupName } from '../../mappings/rollups/summaries.js';
import type { GenerationRecord } from '../../runtime/records.js';
import type { BasisSource, RecordSource } from '../ports.js';

export interface HistoryPorts {
  readonly basis: BasisSource;
  readonly records: RecordSource;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** In event order, oldest first. */
export interface History {
  /** Whether all events are there; of a part of them, no document can be told. */
  readonly complete: boolean;
  readonly moments: readonly Moment[];
}

export interface Moment {
  readonly eventId: string;
  /** `null` when the event is no longer in Kafka. */
  readonly type: string | null;
  /** `null`: the event has none. */
  readonly sequence: number | null;
  /** RFC 3339 in UTC. */
  readonly time: string;
  readonly position: LogPlace;
  /** As of this event, as the API shows it; `null` when there was none to see, or it cannot be told. */
  readonly document: unknown;
}

/** Of the 64 newest events that the aggregate's state remembers. */
export async function historyOf(
  ports: HistoryPorts,
  generation: GenerationRecord,
  view: View,
  id: string,
): Promise<History> {
  const own = (await ports.basis.states(generation.number, view.aggregate, [id])).get(id);
  if (own === undefined) return { complete: true, moments: [] };
  const { erased } = own;
  // What was erased is still in Kafka, and is never shown again. It voids all that comes before it.
  const told = own.remembered.filter(({ version }) => erased === null || compareVersions(version, erased) > 0);
  const records = await ports.records.at(told);
  const events = told.map((remembered, i) => eventIn(view.aggregate, records[i] ?? null, remembered));
  const complete = own.forgotten.length === 0 && events.every((event) => event !== null);
  const documents = complete ? await documentsAsOf(ports, generation, view, id, events, told) : [];
  const moments = told.map(({ version, topic, partition, offset }, i): Moment => {
    const { eventId, sequence, time } = version;
    return {
      ...{ eventId, type: events[i]?.type ?? null, sequence: sequence > 0 ? sequence : null },
      ...{ time: new Date(time).toISOString(), position: { topic, partition, offset }, document: documents[i] ?? null },
    };
  });
  return { complete, moments };
}

/** `null` when another record stands there now: the topic was made anew. */
function eventIn(
  aggregate: AggregateName,
  record: Parameters<typeof decode>[1] | null,
  { version }: RememberedEvent,
): DomainEvent | null {
  const decoded = record === null ? null : decode(aggregate, record);
  return decoded?.kind === 'event' && decoded.event.eventId === version.eventId ? decoded.event : null;
}

async function documentsAsOf(
  { basis, now }: HistoryPorts,
  { number, businessTimeZone, reportingCurrency }: GenerationRecord,
  view: View,
  id: string,
  events: readonly (DomainEvent | null)[],
  places: readonly LogPlace[],
): Promise<unknown[]> {
  const settings = { businessTimeZone, reportingCurrency };
  const today = dayOf(now(), businessTimeZone);
  const present = new Present(basis, number);
  const documents: unknown[] = [];
  let state: AggregateState = EMPTY_STATE;
  for (const [i, event] of events.entries()) {
    const place = places[i];
    if (event !== null && place !== undefined) {
      state = merge(aggregates[view.aggregate], state, [{ event, ...place }]).state;
    }
    const asOf = new Map([[id, state]]);
    const loaded = await gather(
      {
        states: async (name, ids) =>
          name === view.aggregate
            ? new Map([...(await present.states(name, ids)), ...asOf])
            : present.states(name, ids),
        periods: (rollup, owners) => present.periods(rollup, owners),
      },
      new Map([[view, [id]]]),
      today,
    );
    const rendered = view.render(id, loaded, { ...settings, today });
    documents.push(rendered.kind === 'visible' ? view.fromStored(view.toStored(rendered.document, settings)) : null);
  }
  return documents;
}

/** What is now, each read once. */
class Present {
  readonly #known = new Map<string, Promise<ReadonlyMap<string, never>>>();

  constructor(
    readonly basis: BasisSource,
    readonly generation: number,
  ) {}

  states(name: AggregateName, ids: readonly string[]): Promise<ReadonlyMap<string, AggregateState>> {
    return this.#once(`${name} ${ids.join()}`, () => this.basis.states(this.generation, name, ids));
  }

  periods(rollup: RollupName, owners: readonly string[]): Promise<ReadonlyMap<string, readonly PeriodSummary[]>> {
    return this.#once(`${rollup} ${owners.join()}`, () => this.basis.periods(this.generation, rollup, owners));
  }

  #once<Found>(key: string, read: () => Promise<Found>): Promise<Found> {
    const known = this.#known.get(key) as Promise<Found> | undefined;
    if (known !== undefined) return known;
    const reading = read();
    this.#known.set(key, reading as Promise<never>);
    return reading;
  }
}
