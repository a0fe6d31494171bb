/** Which events of an aggregate a history tells: those that were merged into its state, as far as Kafka still has them. */
import { setImmediate } from 'node:timers/promises';
import { type Delivery, EMPTY_STATE, merge } from '../../mappings/aggregates/merge.js';
import type { AggregateState, LogPlace, RememberedEvent } from '../../mappings/aggregates/state.js';
import { decode } from '../../mappings/events/decode.js';
import { type AggregateName, compareVersions, type DomainEvent, type Version } from '../../mappings/events/event.js';
import { aggregates } from '../../mappings/registry.js';
import type { RecordSource, Searcher } from '../ports/history.js';
import type { AggregateEvents, AggregateLog } from './aggregate-log.js';

/** In one go, before others have their turn. */
export const MERGED_AT_A_TIME = 200;

export interface EventSources {
  readonly records: RecordSource;
  readonly log: AggregateLog;
}

export interface ToldEvents {
  /** Whether all are there. */
  readonly complete: boolean;
  /** In event order. */
  readonly events: readonly ToldEvent[];
}

export interface ToldEvent {
  readonly version: Version;
  readonly place: LogPlace;
  /** `null` when it is no longer in Kafka. */
  readonly event: DomainEvent | null;
}

/** What was told last of what a search found, and of which state: the next page tells the same. */
const toldLast = new WeakMap<object, { readonly state: string; readonly told: Promise<ToldEvents> }>();

/**
 * What was erased may still be in Kafka, and is never told again: it voids all that comes before it. Of the same search
 * and state it is the same object.
 * @throws LogUnavailable, SearchesCrowded
 */
export async function toldEvents(
  { records, log }: EventSources,
  aggregate: AggregateName,
  id: string,
  state: AggregateState,
  searcher: Searcher,
): Promise<ToldEvents> {
  const newest = state.remembered.filter(({ version }) => isTold(version, state));
  // What is forgotten comes before all that is remembered: before an erasure, when something remembered does.
  if (state.forgotten.length === 0 || newest.length < state.remembered.length) {
    const events = await readNewest(records, aggregate, newest, [], searcher);
    return { complete: events.every(({ event }) => event !== null), events };
  }
  const all = await log.eventsOf(aggregate, id, stretchesOf(state), searcher);
  const { remembered, forgotten, sequences, erased } = state;
  const name = JSON.stringify([remembered, forgotten, sequences, erased]);
  const last = toldLast.get(all.found);
  if (last?.state === name) return last.told;
  // Whoever asks the same meanwhile is told by it: it goes on when this caller goes.
  const shared = { ...searcher, signal: new AbortController().signal };
  const told = toldAmong(records, aggregate, all, newest, state, shared);
  toldLast.set(all.found, { state: name, told });
  return told.catch((error: unknown) => {
    toldLast.delete(all.found);
    throw error;
  });
}

async function toldAmong(
  records: RecordSource,
  aggregate: AggregateName,
  found: AggregateEvents,
  newest: readonly RememberedEvent[],
  state: AggregateState,
  searcher: Searcher,
): Promise<ToldEvents> {
  const older = await olderEvents(aggregate, found.events, state);
  const events = [...older, ...(await readNewest(records, aggregate, newest, found.events, searcher))];
  const isAllThere = events.every(({ event }) => event !== null) && hasAllSequences(events, state);
  // Of events without sequence nobody knows how many there were.
  const isNoneUnknown = found.isUncut || isNumberedThroughout(events, state);
  return { complete: found.isWhole && isAllThere && isNoneUnknown, events };
}

function isTold(version: Version, { erased }: AggregateState): boolean {
  return erased === null || compareVersions(version, erased) > 0;
}

/** The partitions that it ever had events in, up to the last that was merged: what follows is in no document yet. */
function stretchesOf({ remembered, forgotten }: AggregateState) {
  const stretches = new Map<string, { topic: string; partition: number; to: number }>();
  for (const { topic, partition, offset } of [...remembered, ...forgotten]) {
    const name = `${topic}/${partition}`;
    stretches.set(name, { topic, partition, to: Math.max(offset + 1, stretches.get(name)?.to ?? 0) });
  }
  return [...stretches.values()];
}

/** From where each was merged first: it may stand elsewhere again. */
async function readNewest(
  records: RecordSource,
  aggregate: AggregateName,
  newest: readonly RememberedEvent[],
  found: readonly Delivery[],
  searcher: Searcher,
): Promise<ToldEvent[]> {
  const known = new Map<string, DomainEvent>(found.map(({ event, ...place }) => [placeName(place), event]));
  const missing = newest.filter((place) => !known.has(placeName(place)));
  const read = await records.at(missing, searcher);
  missing.forEach((place, i) => {
    const decoded = read[i] ? decode(aggregate, read[i]) : null;
    if (decoded?.kind === 'event') known.set(placeName(place), decoded.event);
  });
  return newest.map(({ version, topic, partition, offset }) => {
    const place = { topic, partition, offset };
    const event = known.get(placeName(place));
    // Another stands there now when the topic was made anew.
    return { version, place, event: event?.eventId === version.eventId ? event : null };
  });
}

/**
 * Those that the state remembers no longer: each once, and without what was refused for using the id of another. Which
 * that was is found as it was found then, by merging in the order of the log.
 */
async function olderEvents(
  aggregate: AggregateName,
  found: readonly Delivery[],
  state: AggregateState,
): Promise<ToldEvent[]> {
  const told = new Map<string, ToldEvent>();
  let then = EMPTY_STATE;
  for (let from = 0; from < found.length; from += MERGED_AT_A_TIME) {
    const deliveries = found.slice(from, from + MERGED_AT_A_TIME);
    const merged = merge(aggregates[aggregate], then, deliveries);
    then = merged.state;
    for (const [i, { event, ...place }] of deliveries.entries()) {
      const { sequence, time, eventId } = event;
      const version = { sequence, time, eventId };
      const name = JSON.stringify([sequence, time, eventId]);
      if (merged.outcomes[i] === 'reused-id' || told.has(name)) continue;
      if (isForgotten(version, place, state) && isTold(version, state)) told.set(name, { version, place, event });
    }
    await setImmediate();
  }
  return [...told.values()].sort((a, b) => compareVersions(a.version, b.version));
}

/** Merged, and remembered no longer. What stands in the log need not be merged: it may have been quarantined. */
function isForgotten(version: Version, place: LogPlace, { remembered, forgotten, sequences }: AggregateState): boolean {
  const [oldest] = remembered;
  const { sequence } = version;
  const isOlder = oldest !== undefined && compareVersions(version, oldest.version) < 0;
  const isReached = forgotten.some(
    ({ topic, partition, offset }) => topic === place.topic && partition === place.partition && offset >= place.offset,
  );
  return isOlder && isReached && (sequence === 0 || sequences.some(([from, to]) => from <= sequence && sequence <= to));
}

/** Those before an erasure are not missed. */
function hasAllSequences(events: readonly ToldEvent[], { sequences, erased }: AggregateState): boolean {
  const after = erased?.sequence ?? 0;
  const merged = sequences.reduce((sum, [from, to]) => sum + Math.max(0, to - Math.max(from, after + 1) + 1), 0);
  const there = new Set(events.map(({ version }) => version.sequence).filter((sequence) => sequence > after));
  return there.size >= merged;
}

function isNumberedThroughout(events: readonly ToldEvent[], { sequences: [first], erased }: AggregateState): boolean {
  const fromTheFirst = first?.[0] === 1 || (erased !== null && erased.sequence > 0);
  return fromTheFirst && events.every(({ version }) => version.sequence > 0);
}

function placeName({ topic, partition, offset }: LogPlace): string {
  return `${topic}/${partition}/${offset}`;
}
