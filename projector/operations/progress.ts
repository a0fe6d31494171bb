/** How far a rebuild is, for people and programs. */
import type { GenerationRecord } from '../../runtime/records.js';
import type { RebuildRecord } from '../generations/rebuild-record.js';
import { PAGE_IDS } from '../generations/render-all.js';
import type { Position } from '../ports.js';

export interface RebuildStatus {
  readonly generation: number;
  readonly phase: 'filling' | 'rendering' | 'complete';
  readonly paused: boolean;
  /** 0 to 100, of the time that it takes. */
  readonly percent: number;
  readonly events: { readonly done: number; readonly total: number; readonly perSecond: number };
  readonly documents: { readonly done: number; readonly total: number };
  /** Seconds; `null` until enough is known, or while it is paused. */
  readonly etaSeconds: number | null;
  readonly partitions: readonly { readonly partition: string; readonly next: number; readonly end: number }[];
  readonly startedAt: Date;
  readonly origin: string;
}

/** What is known beside the records of this rebuild. */
export interface Surroundings {
  readonly positions: readonly Position[];
  /** The end of every partition now, by `topic/partition`. */
  readonly ends: ReadonlyMap<string, number>;
  /** How many documents there will be, as long as the rebuild itself has not counted. */
  readonly documentsExpected: number;
  /** A rebuild that is complete, if there is a record of one: it shows what a document costs here. */
  readonly former: RebuildRecord | null;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What one document costs to render, in events folded, where nothing has shown it yet. See docs/benchmarks.md. */
const DOCUMENT_COST_EVENTS = 1.2;

export function statusOf(record: GenerationRecord, rebuild: RebuildRecord, around: Surroundings): RebuildStatus {
  const { now } = around;
  const partitions = partitionsOf(rebuild, around);
  const events = eventsOf(rebuild, partitions);
  const isComplete = record.phase === undefined;
  const isFilling = record.phase === 'filling';
  const isPaused = record.paused === true;
  const perSecond = eventRate(rebuild, events.done, now);
  const documentsPerSecond = documentRate(rebuild, around.former, perSecond);
  const documents = documentsOf(rebuild, around, isPaused || isComplete ? 0 : documentsPerSecond);
  const eventsLeft = isFilling ? events.total - events.done : 0;
  const left =
    (eventsLeft === 0 ? 0 : eventsLeft / perSecond) + (documents.total - documents.done) / documentsPerSecond;
  const isKnown = Number.isFinite(left) && !isPaused && (!isFilling || events.done > 0);
  const spent = workedSeconds(rebuild, now);
  return {
    generation: record.number,
    phase: isComplete ? 'complete' : isFilling ? 'filling' : 'rendering',
    paused: isPaused,
    percent: isComplete ? 100 : Number.isFinite(left) ? Math.min(99, Math.floor((100 * spent) / (spent + left))) : 0,
    events: { ...events, perSecond: Math.round(perSecond) },
    documents: { done: Math.round(documents.done), total: documents.total },
    etaSeconds: isComplete ? 0 : isKnown ? Math.round(left * 10) / 10 : null,
    partitions,
    startedAt: rebuild.startedAt,
    origin: rebuild.origin,
  };
}

function partitionsOf(rebuild: RebuildRecord, { positions, ends }: Surroundings): RebuildStatus['partitions'] {
  const reached = new Map(positions.map(({ topic, partition, next }) => [`${topic}/${partition}`, next]));
  return [...ends].map(([partition, end]) => ({
    partition,
    next: Math.min(end, reached.get(partition) ?? rebuild.from[partition] ?? 0),
    end,
  }));
}

function eventsOf({ from }: RebuildRecord, partitions: RebuildStatus['partitions']) {
  const begun = (partition: string) => from[partition] ?? 0;
  return {
    done: sum(partitions.map(({ partition, next }) => Math.max(0, next - begun(partition)))),
    total: sum(partitions.map(({ partition, end }) => Math.max(0, end - begun(partition)))),
  };
}

/** Events per second while they are folded; before anything is noted, since it was started. */
function eventRate({ filledMs, filledEvents, startedAt }: RebuildRecord, done: number, now: number): number {
  if (filledMs !== undefined && filledEvents !== undefined && filledEvents > 0) return (1000 * filledEvents) / filledMs;
  return (1000 * done) / Math.max(1, now - startedAt.getTime());
}

/** Documents per second: its own, else as a former rebuild's were beside its events, else as measured elsewhere. */
function documentRate(
  { renderedMs, documents }: RebuildRecord,
  former: RebuildRecord | null,
  eventsPerSecond: number,
): number {
  if (renderedMs !== undefined && documents > 0) return (1000 * documents) / Math.max(1, renderedMs);
  return eventsPerSecond / (former === null ? DOCUMENT_COST_EVENTS : documentCost(former));
}

/** In events. */
function documentCost({ filledMs = 0, filledEvents = 0, renderedMs = 0, documents }: RebuildRecord): number {
  const cost = renderedMs / documents / (filledMs / filledEvents);
  return Number.isFinite(cost) && cost > 0 ? cost : DOCUMENT_COST_EVENTS;
}

/** Whole pages are noted: what was done since is estimated, and never more than one. */
function documentsOf(
  { documents, documentsTotal, notedAt, filledAt }: RebuildRecord,
  { documentsExpected, now }: Surroundings,
  perSecond: number,
) {
  const total = Math.max(documents, documentsTotal ?? documentsExpected);
  if (filledAt === undefined || notedAt === undefined) return { done: documents, total };
  const since = (perSecond * Math.max(0, now - notedAt.getTime())) / 1000;
  return { done: Math.min(total, documents + Math.min(since, PAGE_IDS)), total };
}

function workedSeconds({ filledMs, renderedMs = 0, startedAt }: RebuildRecord, now: number): number {
  return filledMs === undefined ? (now - startedAt.getTime()) / 1000 : (filledMs + renderedMs) / 1000;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
