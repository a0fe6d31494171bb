/**
 * What became of an event: every delivery of it that is known. The state of its aggregate tells where the delivery stood
 * that was merged, the quarantine which broke the contract, and Kafka which others there were.
 */
import { ownersOfOrder } from '../../mappings/aggregates/orders.js';
import { asTime } from '../../mappings/aggregates/registers.js';
import type { AggregateState, LogPlace } from '../../mappings/aggregates/state.js';
import type { AggregateName, DomainEvent } from '../../mappings/events/event.js';
import { type PassedPosition, passedSince } from '../../runtime/storage/passed-positions.js';
import type { QuarantinedEventRecord } from '../../runtime/storage/records.js';
import { type AggregateEvents, type AggregateLog, SearchesCrowded } from '../history/aggregate-log.js';
import { LogUnavailable } from '../ports/errors.js';
import type { PositionSource } from '../ports/freshness.js';
import type { BasisSource, LogStretch, Searcher, TracedState, TraceSource } from '../ports/history.js';
import type { Principal } from '../ports/principal.js';
import { mayLearnOf } from '../waiting/permission.js';
import { documentsShowing } from './documents.js';

export interface EventPorts {
  readonly basis: Pick<BasisSource, 'states'>;
  readonly traces: TraceSource;
  readonly log: AggregateLog;
  readonly positions: PositionSource;
}

export interface EventQuestion {
  readonly eventId: string;
  /** Where to look beyond what is remembered. */
  readonly aggregate: { readonly name: AggregateName; readonly id: string } | null;
  readonly generation: number;
  readonly principal: Principal;
  readonly searcher: Searcher;
}

export interface EventDelivery extends LogPlace {
  readonly eventId: string;
  /** `null`: it cannot be read, or is none of the contract. */
  readonly type: string | null;
  /** `orders/o-1001`; `null`: it cannot be read. */
  readonly aggregate: string | null;
  readonly outcome: 'folded' | 'duplicate' | 'quarantined';
  /** A code of mappings/events/reasons.ts, of what is quarantined only. */
  readonly reason: string | null;
  /** When it happened, RFC 3339 in UTC; `null`: it cannot be read. */
  readonly time: string | null;
  /** Whether its effect is in every document that is rendered with its batch. */
  readonly visible: boolean;
  /** Since when, at the latest, RFC 3339 in UTC; `null`: it is not, or nothing is known of that time. */
  readonly visibleSince: string | null;
  /** Those that show what it wrote, as far as the caller may see them; at most 100. */
  readonly documents: readonly string[];
}

export interface Deliveries {
  /** By their places. */
  readonly deliveries: readonly EventDelivery[];
  /** False when there may be more: the time was up, or Kafka could not be read. */
  readonly complete: boolean;
  /** Whether an aggregate has more events than a search may find: asking again finds no more. */
  readonly isFull: boolean;
}

/** Copies of an event come soon after it, if any. Without an aggregate it is looked for them in so many records. */
const COPIES_WITHIN_RECORDS = 10_000;

/** @throws LogUnavailable when Kafka must be read and cannot, SearchesCrowded, StoreUnavailable */
export async function deliveriesOf(ports: EventPorts, question: EventQuestion): Promise<Deliveries> {
  const { eventId, generation } = question;
  const [states, quarantined, positions, passed] = await Promise.all([
    statesOf(ports, question),
    ports.traces.quarantined(eventId),
    ports.positions.positions(generation),
    ports.traces.passed(generation),
  ]);
  // Whatever of them the caller may learn of: none of them was merged.
  const apart = new Set(quarantined.map(placeName));
  const found = await Promise.all(
    states.map(async (traced) => {
      const { events, ...extent } = await eventsOf(ports, question, traced, positions);
      const accepted = events.filter((place) => !apart.has(placeName(place)));
      return { deliveries: await describe(ports, question, traced, accepted, { positions, passed }), ...extent };
    }),
  );
  const told = await toldOf(ports, question, quarantined);
  const deliveries = [...found.flatMap((one) => one.deliveries), ...told.map((one) => setApart(eventId, one))];
  return {
    deliveries: deliveries.sort(byPlace),
    complete: found.every(({ complete }) => complete),
    isFull: found.some(({ isFull }) => isFull),
  };
}

/** Of those that the caller may learn of. */
async function statesOf(ports: EventPorts, question: EventQuestion): Promise<readonly TracedState[]> {
  const { aggregate, generation, eventId, principal } = question;
  const found = await (aggregate === null
    ? ports.traces.remembering(generation, eventId)
    : stateOf(ports, generation, aggregate.name, aggregate.id));
  return found.filter((traced) => mayBeTold(principal, traced, ownersOf(traced)));
}

/** A bound caller may wait for products, which are nobody's, and is told of its own events only. */
function mayBeTold(
  principal: Principal,
  named: Pick<TracedState, 'aggregate' | 'id'>,
  own: { readonly customers: readonly string[] },
): boolean {
  const isOwn = principal.customerId === null || named.aggregate !== 'products';
  return isOwn && mayLearnOf(principal, named, own);
}

async function stateOf(
  { basis }: EventPorts,
  generation: number,
  aggregate: AggregateName,
  id: string,
): Promise<readonly TracedState[]> {
  const state = (await basis.states(generation, aggregate, [id])).get(id);
  return state === undefined ? [] : [{ aggregate, id, state }];
}

/** Whose an order is, or was when it was deleted. */
function ownersOf({ aggregate, state }: TracedState): { readonly customers: readonly string[] } {
  return { customers: aggregate === 'orders' ? ownersOfOrder(state) : [] };
}

/** Those that the caller may learn of, and of the aggregate that is asked for. */
async function toldOf(
  ports: EventPorts,
  { aggregate, generation, principal }: EventQuestion,
  quarantined: readonly QuarantinedEventRecord[],
): Promise<readonly QuarantinedEventRecord[]> {
  const all = quarantined.filter(
    ({ mention, event }) =>
      principal.scopes.has(`${mention.aggregate}:read`) &&
      (aggregate === null || (mention.aggregate === aggregate.name && event?.subject === aggregate.id)),
  );
  if (principal.customerId === null) return all;
  const told = await Promise.all(
    all.map(async ({ mention, event }) => {
      // A record that names others, too, is not the caller's own.
      if (mention.customers.some((customer) => customer !== principal.customerId)) return false;
      if (mention.customers.length > 0 || event === null || event.subject === null) return mention.customers.length > 0;
      const [traced] = await stateOf(ports, generation, mention.aggregate, event.subject);
      const own = traced === undefined ? { customers: [] } : ownersOf(traced);
      return mayBeTold(principal, { aggregate: mention.aggregate, id: event.subject }, own);
    }),
  );
  return all.filter((_, i) => told[i]);
}

type Positions = ReadonlyMap<string, number>;

interface Progress {
  readonly positions: Positions;
  readonly passed: ReadonlyMap<string, readonly PassedPosition[]>;
}

interface FoundEvent extends LogPlace {
  /** `null`: it is no longer in Kafka, or cannot be read there now. */
  readonly event: DomainEvent | null;
}

/** The deliveries that were taken as the event, by their places; the one that is remembered is always among them. */
async function eventsOf(
  ports: EventPorts,
  question: EventQuestion,
  traced: TracedState,
  positions: Positions,
): Promise<Omit<Deliveries, 'deliveries'> & { readonly events: readonly FoundEvent[] }> {
  const { eventId } = question;
  const { aggregate, id, state } = traced;
  const remembered = state.remembered.find(({ version }) => version.eventId === eventId);
  const isBounded = question.aggregate === null;
  try {
    const found = isBounded
      ? await copiesOf(ports, question, traced, remembered, positions)
      : await ports.log.eventsOf(aggregate, id, partitionsOf(state, remembered, positions), question.searcher);
    const events: readonly FoundEvent[] = found.events.filter(({ event }) => event.eventId === eventId);
    return { events: including(events, remembered), complete: found.isWhole, isFull: found.isFull };
  } catch (error) {
    const isRefused = error instanceof LogUnavailable || error instanceof SearchesCrowded;
    if (!isBounded || !isRefused) throw error;
    return { events: including([], remembered), complete: false, isFull: false };
  }
}

/** The event itself and what follows soon. */
async function copiesOf(
  { log }: EventPorts,
  { searcher }: EventQuestion,
  { aggregate, id }: TracedState,
  place: LogPlace | undefined,
  positions: Positions,
): Promise<Pick<AggregateEvents, 'events' | 'isWhole' | 'isFull'>> {
  if (place === undefined) return { events: [], isWhole: true, isFull: false };
  const { topic, partition, offset: from } = place;
  // What is not yet projected has not become anything.
  const to = Math.max(Math.min(from + COPIES_WITHIN_RECORDS, projectedIn(positions, place)), from + 1);
  return log.eventsWithin(aggregate, id, { topic, partition, from, to }, searcher);
}

/** Every partition in which the aggregate has been, as far as it is projected, and the event that is remembered. */
function partitionsOf(state: AggregateState, remembered: LogPlace | undefined, positions: Positions) {
  const ends = new Map<string, Omit<LogStretch, 'from'>>();
  for (const { topic, partition, offset } of [...state.remembered, ...state.forgotten]) {
    const isThere = remembered?.topic === topic && remembered.partition === partition && remembered.offset === offset;
    const name = `${topic}/${partition}`;
    const to = Math.max(
      ends.get(name)?.to ?? 0,
      projectedIn(positions, { topic, partition }),
      isThere ? offset + 1 : 0,
    );
    ends.set(name, { topic, partition, to });
  }
  return [...ends.values()];
}

function projectedIn(positions: Positions, { topic, partition }: Pick<LogPlace, 'topic' | 'partition'>): number {
  return positions.get(`${topic}/${partition}`) ?? 0;
}

function including(events: readonly FoundEvent[], place: LogPlace | undefined): readonly FoundEvent[] {
  if (place === undefined || events.some((event) => placeName(event) === placeName(place))) return events;
  return [{ topic: place.topic, partition: place.partition, offset: place.offset, event: null }, ...events];
}

async function describe(
  ports: EventPorts,
  { eventId, generation, principal }: EventQuestion,
  traced: TracedState,
  events: readonly FoundEvent[],
  { positions, passed }: Progress,
): Promise<readonly EventDelivery[]> {
  if (events.length === 0) return [];
  const { aggregate, id, state } = traced;
  const remembered = state.remembered.find(({ version }) => version.eventId === eventId);
  // Of what is no longer remembered the first that stands in Kafka is taken for the one that was merged.
  const folded = placeName(remembered ?? [...events].sort(byPlace)[0] ?? NOWHERE);
  const event = events.find((one) => one.event !== null)?.event ?? null;
  const documents = await documentsShowing(ports.traces, generation, principal, traced, event);
  const time = remembered?.version.time ?? event?.time ?? null;
  return events.map(({ topic, partition, offset }) => ({
    ...{ eventId, type: event?.type ?? null, aggregate: `${aggregate}/${id}`, reason: null },
    outcome: placeName({ topic, partition, offset }) === folded ? 'folded' : 'duplicate',
    ...{ topic, partition, offset, time: time === null ? null : new Date(time).toISOString() },
    visible: projectedIn(positions, { topic, partition }) > offset,
    visibleSince: asTime(passedSince(passed.get(`${topic}/${partition}`) ?? [], offset)),
    documents,
  }));
}

function setApart(eventId: string, { topic, partition, offset, reason, event, mention }: QuarantinedEventRecord) {
  const { type = null, subject = null, time = null } = event ?? {};
  return {
    ...{ eventId, type, aggregate: subject === null ? null : `${mention.aggregate}/${subject}` },
    ...({ outcome: 'quarantined', reason, topic, partition, offset } as const),
    ...{ time: time === null ? null : new Date(time).toISOString(), visible: false, visibleSince: null, documents: [] },
  };
}

const NOWHERE: LogPlace = { topic: '', partition: 0, offset: 0 };

function placeName({ topic, partition, offset }: LogPlace): string {
  return `${topic}/${partition}/${offset}`;
}

function byPlace(a: LogPlace, b: LogPlace): number {
  if (a.topic !== b.topic) return a.topic < b.topic ? -1 : 1;
  return a.partition - b.partition || a.offset - b.offset;
}
