/** Who did what, when and with which result: written before an action begins and when it has ended. */

import { randomUUID } from 'node:crypto';
import { messageOf } from '../../runtime/retrying.js';
import { Refused } from '../generations/refused.js';
import { SwitchRefused } from '../generations/switch.js';
import type { Action, Actor, AuditOutcome, AuditTrail } from '../ports/audit.js';
import type { Clock } from '../ports/clock.js';

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
