/**
 * What happened to an aggregate, event by event, and its document as of each: its own state as it was then, in the order
 * of the events and not of their arrival; what the document takes from other aggregates, and sums, as they are now.
 * Nothing of it is stored: the events are read in Kafka again. A page is folded from the end of the last one, or from the
 * beginning.
 */
import { setImmediate } from 'node:timers/promises';
import { EMPTY_STATE, merge } from '../../mappings/aggregates/merge.js';
import type { AggregateState, LogPlace } from '../../mappings/aggregates/state.js';
import type { View } from '../../mappings/contract.js';
import { type AggregateName, compareVersions, type Version } from '../../mappings/events/event.js';
import { aggregates } from '../../mappings/registry.js';
import type { GenerationRecord } from '../../runtime/storage/records.js';
import { CallerGone } from '../ports/errors.js';
import type { BasisSource, Searcher } from '../ports/history.js';
import { PastDocuments } from './past-documents.js';
import { type EventSources, MERGED_AT_A_TIME, type ToldEvent, toldEvents } from './told-events.js';

export interface HistoryPorts extends EventSources {
  readonly basis: BasisSource;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export interface HistoryQuestion<Told> {
  readonly generation: GenerationRecord;
  readonly view: View;
  /** That its documents are of. */
  readonly aggregate: AggregateName;
  readonly id: string;
  /** Only what comes after it in event order; `null`: from the beginning. */
  readonly after: Version | null;
  readonly size: number;
  /** Whether a moment with this document, `null` for none, is told at all. */
  readonly isTold: (document: unknown) => boolean;
  /** What is made of a moment, one after the other: its documents are not kept. */
  readonly tell: (moment: Moment) => Promise<Told>;
  readonly searcher: Searcher;
}

/** A page, in event order, oldest first. */
export interface History<Told> {
  /** Whether all events are there; of a part of them, no document can be told. */
  readonly complete: boolean;
  readonly moments: readonly Told[];
  /** What the next page comes after; `null` at the end. */
  readonly next: Version | null;
}

export interface Moment {
  readonly version: Version;
  /** `null` when the event is no longer in Kafka. */
  readonly type: string | null;
  readonly position: LogPlace;
  /** As of the event before; `null` when there was none, or it is not told. */
  readonly before: unknown;
  /** As of this event, as the API shows it; `null` when there was none to see, or it cannot be told. */
  readonly document: unknown;
}

/** Rendered in one go, before others have their turn. */
const RENDERED_AT_A_TIME = 20;

/** @throws LogUnavailable, SearchesCrowded, StoreUnavailable, CallerGone, and what `tell` throws */
export async function historyOf<Told>(ports: HistoryPorts, question: HistoryQuestion<Told>): Promise<History<Told>> {
  const { generation, aggregate, id, searcher } = question;
  const state = (await ports.basis.states(generation.number, aggregate, [id])).get(id);
  if (state === undefined) return { complete: true, moments: [], next: null };
  const { complete, events } = await toldEvents(ports, aggregate, id, state, searcher);
  const past = complete ? new PastDocuments(ports, question) : null;
  return { complete, ...(await pageOf(past, events, question)) };
}

interface PageEnd {
  /** So many events are merged in the state. */
  readonly count: number;
  readonly state: AggregateState;
}

/** Where the last page ended that told of these events: the next goes on there. */
const ends = new WeakMap<readonly ToldEvent[], PageEnd>();

/** `past`: `null` when no document can be told. */
async function pageOf<Told>(
  past: PastDocuments | null,
  events: readonly ToldEvent[],
  { aggregate, after, size, isTold, tell, searcher: { signal } }: HistoryQuestion<Told>,
): Promise<Omit<History<Told>, 'complete'>> {
  const isAfter = ({ version }: ToldEvent) => after === null || compareVersions(version, after) > 0;
  const next = events.findIndex(isAfter);
  const begin = next < 0 ? events.length : next;
  let state = past === null ? EMPTY_STATE : await stateAfter(aggregate, events, begin);
  let before = begin === 0 ? null : ((await past?.as(state)) ?? null);
  if (!isTold(before)) before = null;
  const moments: Told[] = [];
  let last: Version | null = null;
  for (const [i, told] of events.slice(begin).entries()) {
    if (i % RENDERED_AT_A_TIME === 0) await setImmediate();
    if (signal.aborted) throw new CallerGone();
    if (past !== null) state = merged(aggregate, state, [told]);
    const document = (await past?.as(state)) ?? null;
    if (isTold(document)) {
      const { version, event, place } = told;
      if (moments.length >= size) return { moments, next: last };
      moments.push(await tell({ version, type: event?.type ?? null, position: place, before, document }));
      last = version;
      if (past !== null) ends.set(events, { count: begin + i + 1, state });
    }
    before = isTold(document) ? document : null;
  }
  return { moments, next: null };
}

/** Of the first so many. */
async function stateAfter(name: AggregateName, events: readonly ToldEvent[], count: number): Promise<AggregateState> {
  const end = ends.get(events);
  let { count: from, state } = end !== undefined && end.count <= count ? end : { count: 0, state: EMPTY_STATE };
  for (; from < count; from += MERGED_AT_A_TIME) {
    state = merged(name, state, events.slice(from, Math.min(count, from + MERGED_AT_A_TIME)));
    await setImmediate();
  }
  return state;
}

function merged(name: AggregateName, state: AggregateState, events: readonly ToldEvent[]): AggregateState {
  const deliveries = events.flatMap(({ event, place }) => (event === null ? [] : [{ event, ...place }]));
  return merge(aggregates[name], state, deliveries).state;
}
