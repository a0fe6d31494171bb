/** What is found out about a server before anybody relies on it. */

export interface Check {
  readonly name: string;
  readonly verdict: 'ok' | 'warn' | 'fail';
  /** What was found. */
  readonly detail: string;
  /** What to do about it; `null` when it is right. */
  readonly cure: string | null;
}

/** One server, as it says itself. */
export interface ServerReport {
  readonly version: string;
  /** Whether the version is one that the projector is made for. */
  readonly supported: boolean;
  /** Anything else that is not as it should be, with what to do about it. */
  readonly remarks: readonly Pick<Check, 'verdict' | 'detail' | 'cure'>[];
  /** How much its clock is ahead of this process's, in ms; `null` when it does not tell. */
  readonly clockAheadMs: number | null;
}

/** What decides how long a topic keeps its events; `null`: the broker does not tell. */
export interface TopicRetention {
  readonly topic: string;
  readonly cleanupPolicy: string | null;
  readonly retentionMs: string | null;
  readonly retentionBytes: string | null;
}
