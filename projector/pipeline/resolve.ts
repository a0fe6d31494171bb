/**
 * From what was touched to the documents that depend on it: look-ups, then rollups under their own ticket. It may be
 * repeated as a whole. What refers to too many documents becomes a durable job instead.
 */
import { rollups } from '../../mappings/registry.js';
import { type Group, textOfGroup } from '../../mappings/rollups/group.js';
import type { RollupName } from '../../mappings/rollups/summaries.js';
import { groupBy, piecesOf } from '../../runtime/collections.js';
import type { Clock } from '../ports/clock.js';
import type { JobKey, JobStore } from '../ports/jobs.js';
import type { RollupStore } from '../ports/rollups.js';
import type { AggregateStore, Referring } from '../ports/states.js';
import type { TicketCounter } from '../ports/tickets.js';
import { type Dirty, DirtyDocuments, type ReferenceTouch } from './dirty.js';
import { type StageTimes, timed } from './stages.js';
import { documentsOf, viewOf, viewsReading } from './touch.js';

export interface ResolvePorts {
  readonly aggregates: AggregateStore;
  readonly rollups: RollupStore;
  readonly tickets: TicketCounter;
  readonly jobs: JobStore;
  readonly clock: Clock;
  readonly stages: StageTimes;
  /** Groups that are recomputed under one ticket. */
  readonly chunkDocumentsMax: number;
  /** Orders that refer to one aggregate and are rendered with its event's batch; beyond, a job renders them. */
  readonly fanOutInlineMax: number;
}

/** All look-ups of one flush together may lead to so many times `fanOutInlineMax` documents: it bounds memory. */
const INLINE_TOGETHER = 20;

/** Resolves when rollups and jobs are durable. Call it only when what was touched is. */
export async function resolve(ports: ResolvePorts, dirty: Dirty): Promise<DirtyDocuments> {
  const documents = new DirtyDocuments();
  documents.include(dirty.documents);
  await timed(ports.stages, 'lookup', () => lookUp(ports, dirty, documents));
  await timed(ports.stages, 'rollup', () => recompute(ports, dirty, documents));
  return documents;
}

async function lookUp(ports: ResolvePorts, dirty: Dirty, documents: DirtyDocuments): Promise<void> {
  const jobs: JobKey[] = [];
  for (const [reference, rules] of groupBy(dirty.references, ([touch]) => touch.reference)) {
    const ids = [...new Set(rules.flatMap(([, touched]) => [...touched]))];
    const { orders, tooMany } = await referringWithin(ports, reference, ids);
    for (const [touch, touched] of rules) {
      const view = viewOf(touch);
      const concerned = orders.filter(({ referred }) => referred.some((id) => touched.has(id) && !tooMany.has(id)));
      for (const id of documentsOf(touch, concerned)) documents.add(view, id);
      for (const referredId of tooMany) if (touched.has(referredId)) jobs.push({ view, reference, referredId });
    }
  }
  // Recorded before the position is: a duplicate asks for the job again, since its first delivery may have died.
  if (jobs.length > 0) await ports.jobs.request(jobs, ports.clock.now());
}

interface WithinLimits {
  readonly orders: readonly Referring[];
  readonly tooMany: ReadonlySet<string>;
}

async function referringWithin(
  { aggregates, fanOutInlineMax }: ResolvePorts,
  reference: ReferenceTouch['reference'],
  ids: readonly string[],
): Promise<WithinLimits> {
  const togetherMax = fanOutInlineMax * Math.min(ids.length, INLINE_TOGETHER);
  const all = await aggregates.referring(reference, ids, togetherMax + 1);
  if (all.length <= togetherMax) {
    const counts = new Map<string, number>();
    for (const { referred } of all) for (const id of referred) counts.set(id, (counts.get(id) ?? 0) + 1);
    return { orders: all, tooMany: new Set(ids.filter((id) => (counts.get(id) ?? 0) > fanOutInlineMax)) };
  }
  const orders: Referring[] = [];
  const tooMany = new Set<string>();
  for (const id of ids) {
    const own = await aggregates.referring(reference, [id], fanOutInlineMax + 1);
    if (own.length > fanOutInlineMax || orders.length + own.length > togetherMax) tooMany.add(id);
    else orders.push(...own);
  }
  return { orders, tooMany };
}

async function recompute(ports: ResolvePorts, dirty: Dirty, documents: DirtyDocuments): Promise<void> {
  await Promise.all(
    [...dirty.groups].map(async ([rollup, groups]) => {
      for (const piece of piecesOf([...groups.values()], ports.chunkDocumentsMax)) {
        await recomputeGroups(ports, rollup, piece);
      }
      for (const view of viewsReading(rollup)) {
        for (const { owner } of groups.values()) documents.add(view, owner);
      }
    }),
  );
}

/** A group that has no members left keeps its record and gets the ticket like any other. */
async function recomputeGroups<Name extends RollupName>(
  ports: ResolvePorts,
  name: Name,
  groups: readonly Group[],
): Promise<void> {
  const ticket = await ports.tickets.next();
  const sums = new Map(groups.map((group) => [textOfGroup(group), { group, sum: rollups[name].sum() }]));
  await ports.rollups.members(name, groups, (text, contribution) => sums.get(text)?.sum.add(contribution));
  const summaries = [...sums.values()].map(({ group, sum }) => ({ group, summary: sum.summary() }));
  await ports.rollups.write(name, ticket, summaries);
}
