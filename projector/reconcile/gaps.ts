/**
 * Aggregates of which a sequence is missing although a higher one has come: its event is late, was never published, or is
 * in the quarantine. The documents are right for what has come, and nothing else would tell.
 */
import type { SequenceRange } from '../../mappings/aggregates/state.js';
import type { AggregateName } from '../../mappings/events/event.js';
import { aggregates } from '../../mappings/registry.js';
import type { Clock } from '../ports/clock.js';
import type { GapScan } from '../ports/states.js';

export interface GapPorts {
  readonly scan: GapScan;
  readonly clock: Pick<Clock, 'now'>;
  /** A younger one may be closed any moment. */
  readonly gapMsMax: number;
}

export type GapCounts = Readonly<Record<AggregateName, number>>;

export const NO_GAPS: GapCounts = { customers: 0, products: 0, orders: 0 };

export interface GapList {
  readonly gapMsMax: number;
  /** Older than `gapMsMax`. */
  readonly old: GapCounts;
  readonly young: GapCounts;
  /** Those of each aggregate that were seen first, the young ones too. */
  readonly listed: readonly ListedGap[];
}

export interface ListedGap {
  /** `orders/o-1001` */
  readonly aggregate: string;
  /** Inclusive ranges of sequences. */
  readonly missing: readonly SequenceRange[];
  /** When the record was appended to Kafka that showed it, or an earlier gap since which it may be there. */
  readonly since: Date;
  readonly old: boolean;
}

/** Of each aggregate, those that are older than may be. */
export function oldGaps({ scan, clock, gapMsMax }: GapPorts): Promise<GapCounts> {
  return counted(scan, clock.now() - gapMsMax);
}

export function sumOf(counts: GapCounts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** `limit`: gaps that are listed of each aggregate. */
export async function listGaps(ports: GapPorts, limit: number): Promise<GapList> {
  const { scan, clock, gapMsMax } = ports;
  const oldUntil = clock.now() - gapMsMax;
  const [old, all, ...found] = await Promise.all([
    counted(scan, oldUntil),
    counted(scan, Number.MAX_SAFE_INTEGER),
    ...NAMES.map(async (name) => ({ name, gaps: await scan.list(name, limit) })),
  ]);
  const listed = found.flatMap(({ name, gaps }) =>
    gaps.map(({ id, since, missing }): ListedGap => {
      return { aggregate: `${name}/${id}`, missing, since: new Date(since), old: since <= oldUntil };
    }),
  );
  return { gapMsMax, old, young: eachOf((name) => Math.max(0, all[name] - old[name])), listed };
}

const NAMES = Object.keys(aggregates) as readonly AggregateName[];

function eachOf(count: (name: AggregateName) => number): GapCounts {
  return { customers: count('customers'), products: count('products'), orders: count('orders') };
}

async function counted(scan: GapScan, seenUntil: number): Promise<GapCounts> {
  const counts = new Map(
    await Promise.all(NAMES.map(async (name) => [name, await scan.count(name, seenUntil)] as const)),
  );
  return eachOf((name) => counts.get(name) ?? 0);
}
