/** How far a rebuild is, for people and programs. */
import type { GenerationRecord } from '../../runtime/records.js';
import type { RebuildRecord } from '../generations/rebuild-record.js';
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

/** What the steps cost in events folded, where nothing has shown it yet: see docs/benchmarks.md. */
const COSTS: Costs = { document: 2.3, sums: 0.4 };

interface Costs {
  /** To render one document. */
  readonly document: number;
  /** To sum up, for each event of the history. */
  readonly sums: number;
}

export function statusOf(record: GenerationRecord, rebuild: RebuildRecord, around: Surroundings): RebuildStatus {
  const { now } = around;
  const partitions = partitionsOf(rebuild, around);
  const events = eventsOf(rebuild, partitions);
  const isComplete = record.phase === undefined;
  const isFilling = record.phase === 'filling';
  const isPaused = record.paused === true;
  const perSecond = eventRate(rebuild, events.done, now);
  const documents = documentsOf(rebuild, around);
  const costs = costsOf(around.former);
  const left =
    (events.total === events.done ? 0 : (events.total - events.done) / perSecond) +
    sumSeconds(rebuild, (costs.sums * events.total) / perSecond, now) +
    (documents.total - documents.done) / documentRate(rebuild, perSecond / costs.document);
  const isKnown = Number.isFinite(left) && !isPaused && (!isFilling || events.done > 0);
  const spent = workedSeconds(rebuild, now);
  return {
    generation: record.number,
    phase: isComplete ? 'complete' : isFilling ? 'filling' : 'rendering',
    paused: isPaused,
    percent: isComplete ? 100 : Number.isFinite(left) ? Math.min(99, Math.floor((100 * spent) / (spent + left))) : 0,
    events: { ...events, perSecond: Math.round(perSecond) },
    documents,
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

/** Seconds until the sums are complete, of which so many are expected for all of it. */
function sumSeconds({ filledAt, summedAt, documents }: RebuildRecord, expected: number, now: number): number {
  if (summedAt !== undefined || documents > 0) return 0;
  return filledAt === undefined ? expected : Math.max(0, expected - (now - filledAt.getTime()) / 1000);
}

/** Documents per second: its own, else as expected. */
function documentRate({ renderedMs, documents }: RebuildRecord, expected: number): number {
  return renderedMs !== undefined && documents > 0 ? (1000 * documents) / Math.max(1, renderedMs) : expected;
}

/** A former rebuild shows what the steps cost with this shop, these servers and this machine. */
function costsOf(former: RebuildRecord | null): Costs {
  if (former === null) return COSTS;
  const { filledMs = 0, filledEvents = 0, filledAt, summedAt, renderedMs = 0, documents } = former;
  const eventMs = filledMs / filledEvents;
  const document = renderedMs / documents / eventMs;
  const sums = (Number(summedAt) - Number(filledAt)) / filledEvents / eventMs;
  return Number.isFinite(document) && Number.isFinite(sums) && document > 0 ? { document, sums } : COSTS;
}

function documentsOf({ documents, documentsTotal }: RebuildRecord, { documentsExpected }: Surroundings) {
  return { done: documents, total: Math.max(documents, documentsTotal ?? documentsExpected) };
}

function workedSeconds({ filledMs, renderedMs = 0, startedAt }: RebuildRecord, now: number): number {
  return filledMs === undefined ? (now - startedAt.getTime()) / 1000 : (filledMs + renderedMs) / 1000;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
