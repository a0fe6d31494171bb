import type { Spent } from './measure.js';
import type { ProjectorMetrics } from './projector-metrics.js';

/** As the stack names its servers. */
export const METERED_SERVERS = ['kafka', 'elasticsearch', 'mongodb'] as const;

/** What somebody did with some events. */
export interface Outcome {
  readonly events: number;
  readonly seconds: number;
  /** User and system time of its own process; `null` where the system does not tell. */
  readonly cpuOwnSeconds: number | null;
  /** The same of the servers meanwhile, by name; only of those that the bench started. */
  readonly cpuServerSeconds: Readonly<Record<string, number>>;
  readonly peakBytes: number | null;
  /** Documents sent. */
  readonly documents: number;
}

/** What the projector did. */
export interface OursOutcome extends Outcome {
  readonly metrics: ProjectorMetrics;
}

/** @param own the name of the process whose outcome it is. */
export function outcomeOf(
  own: string,
  { seconds, cpuSeconds }: Spent,
  rest: Pick<Outcome, 'events' | 'documents' | 'peakBytes'>,
): Outcome {
  const { [own]: cpuOwnSeconds = null, ...cpuServerSeconds } = cpuSeconds;
  return { seconds, cpuOwnSeconds, cpuServerSeconds, ...rest };
}

export function eventsPerSecond({ events, seconds }: Outcome): number {
  return events / seconds;
}

/** CPU time of the process and all servers, in seconds; `null` when any of it is unknown. */
export function cpuSecondsOf({ cpuOwnSeconds, cpuServerSeconds }: Outcome): number | null {
  const servers = METERED_SERVERS.map((name) => cpuServerSeconds[name]);
  if (cpuOwnSeconds === null || servers.includes(undefined)) return null;
  return servers.reduce<number>((sum, seconds) => sum + (seconds ?? 0), cpuOwnSeconds);
}
