/** Who did what, when and with which result: written before an action begins and when it has ended. */

import { randomUUID } from 'node:crypto';
import { messageOf } from '../../runtime/retrying.js';
import { SwitchRefused } from '../generations/switch.js';
import type { Clock } from '../ports.js';
import { Refused } from './rebuilding.js';

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

/** Does the work between two entries of the trail. What cannot be recorded beforehand is not done. */
export async function audited<Result>(
  { trail, clock }: { readonly trail: AuditTrail; readonly clock: Clock },
  { who, via }: Actor,
  { action, parameters }: Action,
  work: () => Promise<Result>,
): Promise<Result> {
  const id = randomUUID();
  const at = new Date(clock.now());
  await trail.begin({ id, at, who, via, action, parameters, result: 'begun', detail: null, endedAt: null });
  const end = (result: AuditOutcome['result'], detail: string | null) =>
    trail.end(id, { result, detail, endedAt: new Date(clock.now()) });
  try {
    const done = await work();
    await end('done', null);
    return done;
  } catch (error) {
    // What went wrong with the work matters more than that it could not be noted.
    await end(isRefusal(error) ? 'refused' : 'failed', messageOf(error)).catch(() => undefined);
    throw error;
  }
}

/** It could not be done as things are, and nothing has changed. */
export function isRefusal(error: unknown): error is Error {
  return error instanceof Refused || error instanceof SwitchRefused;
}
