/** How everything stands: the generations, how far each is behind, and what waits. */
import type { GenerationRecord } from '../../runtime/storage/records.js';
import { isFollowing } from '../../runtime/storage/registry.js';
import type { LogRange, Position } from '../ports/events.js';
import type { Job } from '../ports/jobs.js';
import { type GapCounts, NO_GAPS } from '../reconcile/gaps.js';
import type { RefusalPorts } from '../reconcile/refusals.js';
import { countRefused } from '../reconcile/refusals.js';
import type { RebuildStatus } from './progress.js';
import { type RebuildingPorts, registered } from './rebuilding.js';

export interface OverviewPorts {
  readonly rebuilding: Pick<RebuildingPorts, 'registry' | 'ranges' | 'clock'>;
  readonly positions: (generation: number) => Promise<readonly Position[]>;
  readonly jobs: (generation: number) => Promise<readonly Job[]>;
  readonly refusals: (generation: number) => RefusalPorts;
  /** Aggregates with a sequence that is missing for longer than may be. */
  readonly gaps: (generation: number) => Promise<GapCounts>;
  /** Records that broke the contract, of all generations together. */
  readonly quarantined: () => Promise<number>;
  /** Of the newest rebuild; `null` when there is none. */
  readonly rebuild: () => Promise<RebuildStatus | null>;
}

export interface Overview {
  readonly namespace: string;
  readonly generations: readonly GenerationOverview[];
  readonly quarantined: number;
  readonly rebuild: RebuildStatus | null;
}

export interface GenerationOverview {
  readonly number: number;
  readonly live: boolean;
  /** `following`: it shows every event; the others as in the registry. */
  readonly phase: 'following' | 'filling' | 'rendering' | 'frozen';
  readonly paused: boolean;
  readonly haltedUntil: Date | null;
  readonly createdAt: Date;
  readonly lagEvents: number;
  readonly jobs: number;
  /** Documents that a store refuses for good, and that were not written since: nobody else looks in a snapshot. */
  readonly refused: number;
  /** None of a snapshot: it has passed events over, and no event closes what looks like a gap. */
  readonly gaps: GapCounts;
}

export interface PartitionLag {
  /** `topic/partition` */
  readonly partition: string;
  /** Everything before is durable in every document. */
  readonly next: number;
  readonly end: number;
  readonly lagEvents: number;
}

export async function overviewOf(ports: OverviewPorts, namespace: string): Promise<Overview> {
  const known = await registered(ports.rebuilding.registry);
  const [ranges, quarantined, rebuild] = await Promise.all([
    ports.rebuilding.ranges(),
    ports.quarantined(),
    ports.rebuild(),
  ]);
  const generations = await Promise.all(
    known.generations.map(async (record): Promise<GenerationOverview> => {
      const [positions, jobs, refused, gaps] = await Promise.all([
        ports.positions(record.number),
        ports.jobs(record.number),
        countRefused(ports.refusals(record.number)),
        isFollowing(record) ? ports.gaps(record.number) : NO_GAPS,
      ]);
      return {
        ...{ number: record.number, live: record.number === known.live, createdAt: record.createdAt },
        ...{ phase: record.phase ?? 'following', paused: record.paused === true },
        haltedUntil: haltOf(record, ports.rebuilding.clock.now()),
        lagEvents: lagOf(ranges, positions).reduce((sum, { lagEvents }) => sum + lagEvents, 0),
        ...{ jobs: jobs.length, refused, gaps },
      };
    }),
  );
  return { namespace, generations, quarantined, rebuild };
}

/** Of the generation that is served, of each partition that holds anything. */
export async function lagOfLive({ rebuilding, positions }: OverviewPorts): Promise<readonly PartitionLag[]> {
  const { live } = await registered(rebuilding.registry);
  return lagOf(await rebuilding.ranges(), await positions(live));
}

export function lagOf(
  ranges: ReadonlyMap<string, readonly LogRange[]>,
  positions: readonly Position[],
): readonly PartitionLag[] {
  const reached = new Map(positions.map(({ topic, partition, next }) => [`${topic}/${partition}`, next]));
  return [...ranges].flatMap(([topic, own]) =>
    own
      .filter(({ low, high }) => high > low)
      .map(({ partition, low, high }) => {
        const name = `${topic}/${partition}`;
        const next = reached.get(name) ?? low;
        return { partition: name, next, end: high, lagEvents: Math.max(0, high - next) };
      }),
  );
}

/** A halt that is over says nothing any more. */
function haltOf({ halt }: GenerationRecord, now: number): Date | null {
  return halt !== undefined && halt.until.getTime() > now ? halt.until : null;
}
