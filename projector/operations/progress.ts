/** How far a rebuild is, for people and programs. */

import type { ViewName } from '../../mappings/contract.js';
import type { GenerationRecord } from '../../runtime/storage/records.js';
import { ASSUMED } from '../generations/costs.js';
import type { Position } from '../ports/events.js';
import type { RebuildCosts, RebuildRecord } from '../ports/rebuilds.js';
import { isRough, OWN_SHARE } from './roughness.js';

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
  /** What is to come is assumed, or taken from a former rebuild that was another size or went otherwise than this one. */
  readonly etaIsRough: boolean;
  readonly partitions: readonly { readonly partition: string; readonly next: number; readonly end: number }[];
  readonly startedAt: Date;
  readonly origin: string;
}

/** What is known beside the records of this rebuild. */
export interface Surroundings {
  readonly positions: readonly Position[];
  /** The end of every partition now, by `topic/partition`. */
  readonly ends: ReadonlyMap<string, number>;
  /** How many documents there will be of each view, as long as the rebuild itself has not counted. */
  readonly documentsExpected: Readonly<Record<ViewName, number>>;
  /** What the steps cost here, as a former rebuild has shown; `null` when there was none. */
  readonly costs: RebuildCosts | null;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export function statusOf(record: GenerationRecord, rebuild: RebuildRecord, around: Surroundings): RebuildStatus {
  const { now } = around;
  const partitions = partitionsOf(rebuild, around);
  const events = eventsOf(rebuild, partitions);
  const isComplete = record.phase === undefined;
  const isFilling = record.phase === 'filling';
  const isPaused = record.paused === true;
  const costs = around.costs ?? ASSUMED;
  const perSecond = eventRate(rebuild, costs);
  const documents = documentsOf(rebuild, around);
  const left =
    (events.total === events.done ? 0 : (events.total - events.done) / perSecond) +
    sumSeconds(rebuild, (costs.sums * events.total) / perSecond, now) +
    renderSeconds(rebuild, totalsOf(rebuild, around), costs, perSecond, around.costs !== null);
  const isKnown = Number.isFinite(left) && !isPaused;
  const spent = workedSeconds(rebuild, now);
  return {
    generation: record.number,
    phase: isComplete ? 'complete' : isFilling ? 'filling' : 'rendering',
    paused: isPaused,
    percent: isComplete ? 100 : Number.isFinite(left) ? Math.min(99, Math.floor((100 * spent) / (spent + left))) : 0,
    events: { ...events, perSecond: Number.isFinite(perSecond) ? Math.round(perSecond) : 0 },
    documents,
    etaSeconds: isComplete ? 0 : isKnown ? Math.round(left * 10) / 10 : null,
    etaIsRough:
      !isComplete &&
      isRough({ rebuild, totals: totalsOf(rebuild, around), eventsTotal: events.total, costs: around.costs }),
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

/** Events per second while they are folded; before anything is noted, as a former rebuild has folded them. */
function eventRate({ filledMs, filledEvents }: RebuildRecord, { eventMs }: RebuildCosts): number {
  if (filledMs !== undefined && filledEvents !== undefined && filledEvents > 0) return (1000 * filledEvents) / filledMs;
  return 1000 / eventMs;
}

/** Seconds until the sums are complete, of which so many are expected for all of it. */
function sumSeconds({ filledAt, summedAt, documents }: RebuildRecord, expected: number, now: number): number {
  if (summedAt !== undefined || documents > 0) return 0;
  return filledAt === undefined ? expected : Math.max(0, expected - (now - filledAt.getTime()) / 1000);
}

/**
 * Seconds until every document is rendered. What has been rendered of a view says the more of the rest, the more it is:
 * the first documents are the fastest. Where costs are only assumed, it also shows by how much they are off.
 */
function renderSeconds(
  { rendered = {} }: RebuildRecord,
  totals: Readonly<Record<ViewName, number>>,
  { documents: costs }: RebuildCosts,
  eventsPerSecond: number,
  areKnown: boolean,
): number {
  const foretold = (view: ViewName, documents: number) => (documents * costs[view]) / eventsPerSecond;
  const parts = (Object.keys(totals) as ViewName[]).map((view) => {
    const { documents, ms } = rendered[view] ?? { documents: 0, ms: 0 };
    return { view, done: documents, left: Math.max(0, totals[view] - documents), seconds: ms / 1000 };
  });
  const foretoldOfDone = sum(parts.map(({ view, done }) => foretold(view, done)));
  const isOff = !areKnown && foretoldOfDone > 0;
  const scale = isOff ? sum(parts.map(({ seconds }) => seconds)) / foretoldOfDone : 1;
  return sum(
    parts.map(({ view, done, left, seconds }) => {
      if (left === 0) return 0;
      const byCosts = scale * foretold(view, left);
      if (done === 0) return byCosts;
      const share = areKnown ? done / (done + left) : Number(done >= OWN_SHARE * (done + left));
      return share * ((left * seconds) / done) + (1 - share) * byCosts;
    }),
  );
}

function totalsOf({ totals }: RebuildRecord, { documentsExpected }: Surroundings): Readonly<Record<ViewName, number>> {
  return totals ?? documentsExpected;
}

function documentsOf(rebuild: RebuildRecord, around: Surroundings) {
  const { documents } = rebuild;
  return { done: documents, total: Math.max(documents, sum(Object.values(totalsOf(rebuild, around)))) };
}

function workedSeconds({ filledMs, rendered = {}, startedAt }: RebuildRecord, now: number): number {
  if (filledMs === undefined) return (now - startedAt.getTime()) / 1000;
  return (filledMs + sum(Object.values(rendered).map(({ ms }) => ms))) / 1000;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
