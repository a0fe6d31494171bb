/** As the stack names its servers. */
export const METERED_SERVERS = ['kafka', 'elasticsearch', 'mongodb'] as const;

/** What one contender did in one round. */
export interface Outcome {
  readonly events: number;
  readonly seconds: number;
  /** User and system time of the contender's own process; `null` where the system does not tell. */
  readonly cpuOwnSeconds: number | null;
  /** The same of the servers meanwhile, by name; only of those that the bench started. */
  readonly cpuServerSeconds: Readonly<Record<string, number>>;
  readonly peakBytes: number | null;
  /** Documents sent. */
  readonly documents: number;
}

export function eventsPerSecond({ events, seconds }: Outcome): number {
  return events / seconds;
}

/** CPU time of the contender and all servers for one event, in seconds; `null` when any of it is unknown. */
export function cpuPerEvent({ events, cpuOwnSeconds, cpuServerSeconds }: Outcome): number | null {
  const servers = METERED_SERVERS.map((name) => cpuServerSeconds[name]);
  if (cpuOwnSeconds === null || servers.includes(undefined)) return null;
  return servers.reduce<number>((sum, seconds) => sum + (seconds ?? 0), cpuOwnSeconds) / events;
}
