/** Who has done what. */

/** Who acts, and by which way in. */
export interface Actor {
  /** `user@host` on the command line, the address of the caller in the admin API. */
  readonly who: string;
  readonly via: 'cli' | 'api';
}

export interface Action {
  /** In the words of the command line: `rebuild start`. */
  readonly action: string;
  /** As given; secrets are no parameters. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

export interface AuditOutcome {
  /** `begun`: under way, or whoever did it died. */
  readonly result: 'begun' | 'done' | 'refused' | 'failed';
  /** What was said when it was refused or failed. */
  readonly detail: string | null;
  readonly endedAt: Date | null;
}

export interface AuditEntry extends Actor, Action, AuditOutcome {
  readonly id: string;
  readonly at: Date;
}

export interface AuditTrail {
  /** Durable when it resolves. */
  begin(entry: AuditEntry): Promise<void>;
  end(id: string, outcome: AuditOutcome): Promise<void>;
  /** Newest first. */
  list(limit: number): Promise<readonly AuditEntry[]>;
}
