/** Makes an answer meet what its caller demands by headers: before anything is read, and after the parameters are checked. */
import type { Request } from 'express';
import type { View } from '../../mappings/contract.js';
import { TooLate, withinTime } from '../../runtime/deadline.js';
import { type FanOutProgress, Problem } from '../http/problems.js';
import type { DocumentSet } from '../ports/documents.js';
import { CallerGone } from '../ports/errors.js';
import type { Principal } from '../ports/principal.js';
import type { ParameterError } from '../query/given.js';
import { AS_OF } from '../query/parameters.js';
import { type Demands, MAX_STALENESS, readDemands, WAIT_FOR, type WaitFor } from '../waiting/demands.js';
import { mayLearnOf } from '../waiting/permission.js';
import type { FanOutLeft, WaitOutcome } from '../waiting/watch.js';
import type { RouteContext } from './context.js';
import type { Reading } from './reading.js';

/** What an answer is going to be made from. */
export interface AnswerSource {
  /** The views whose documents it shows. */
  readonly shown: readonly View[];
  /** The documents that are searched; `null` when documents are only read by id, which needs no refresh. */
  readonly searched: DocumentSet | null;
}

/** What is wrong with the headers, to be told together with what is wrong with the parameters. */
export function demandErrors(request: Request): readonly ParameterError[] {
  const outcome = demandsOf(request);
  return outcome.kind === 'refused' ? outcome.errors : [];
}

/**
 * Resolves, with the demands, when what is read from now on meets them.
 * @throws Problem, StoreUnavailable, NotReady, CallerGone
 */
export async function meetDemands(
  context: RouteContext,
  request: Request,
  reading: Omit<Reading, 'share'>,
  source: AnswerSource,
): Promise<Demands> {
  const outcome = demandsOf(request);
  if (outcome.kind === 'refused') {
    throw new Problem('invalid-parameters', 'errors names each of them and what is allowed.', outcome.errors);
  }
  if (reading.refusal !== null) throw reading.refusal;
  const { waitFor, maxStalenessMs } = outcome.demands;
  if (reading.served.live.snapshot !== undefined) assertNone(outcome.demands);
  if (waitFor !== null) await seeWrites(context, waitFor, reading, source);
  if (maxStalenessMs !== null) await assertFresh(context, reading, maxStalenessMs);
  return outcome.demands;
}

function demandsOf(request: Request) {
  return readDemands({ waitFor: request.get(WAIT_FOR), maxStaleness: request.get(MAX_STALENESS) });
}

/** @throws Problem */
function assertNone({ waitFor, maxStalenessMs }: Demands): void {
  const message = `cannot be given with ${AS_OF.name}: a snapshot stays as it is`;
  const given = [...(waitFor === null ? [] : [WAIT_FOR]), ...(maxStalenessMs === null ? [] : [MAX_STALENESS])];
  if (given.length === 0) return;
  const errors = given.map((parameter) => ({ parameter, message }));
  throw new Problem('invalid-parameters', 'errors names each of them and what is allowed.', errors);
}

async function seeWrites(
  { watch, refresher }: RouteContext,
  { awaited, timeoutMs }: WaitFor,
  { served, principal, options: { signal, caller } }: Omit<Reading, 'share'>,
  { shown, searched }: AnswerSource,
): Promise<void> {
  const begun = performance.now();
  const outcome = await watch.until({
    caller,
    generation: served.live.number,
    awaited,
    views: shown,
    mayLearnOf: (one, progress) => mayLearnOf(principal, one, progress),
    timeoutMs,
    signal,
  });
  switch (outcome.kind) {
    case 'visible':
      break;
    case 'gone':
      throw new CallerGone();
    case 'crowded':
      throw new Problem(
        'wait-crowded',
        'Too many requests wait for events already, of this caller or of all. Try again, or without Wait-For.',
      );
    case 'timeout':
      throw waitTimeout(timeoutMs, outcome, principal);
  }
  if (searched === null || searched.view.storage.store !== 'elasticsearch') return;
  try {
    await withinTime(refresher.refresh(searched), Math.max(0, begun + timeoutMs - performance.now()));
  } catch (error) {
    throw error instanceof TooLate ? waitTimeout(timeoutMs, { ...outcome, fanOut: [] }, principal) : error;
  }
}

type Waited = Pick<Extract<WaitOutcome, { kind: 'timeout' }>, 'reached' | 'fanOut'>;

function waitTimeout(timeoutMs: number, { reached, fanOut }: Waited, principal: Principal): Problem {
  const detail =
    `What Wait-For names was not visible within ${timeoutMs} ms; reached has the highest visible sequence of each ` +
    'aggregate, fanOut what still brings it to the documents that refer to it. An event may also never become visible: ' +
    'its id is remembered no longer, or it was not accepted.';
  const left = fanOut.map((one) => progressOf(one, principal));
  return new Problem('wait-timeout', detail, undefined, { reached, fanOut: left });
}

/** How many orders of others a product has is not told to a caller that knows of its own only. */
function progressOf({ aggregate, job }: FanOutLeft, { customerId }: Principal): FanOutProgress {
  const { view, documents, since } = job;
  return { aggregate, view, documents: customerId === null ? documents : null, since: new Date(since).toISOString() };
}

async function assertFresh(
  { freshness }: RouteContext,
  { served }: Omit<Reading, 'share'>,
  maxStalenessMs: number,
): Promise<void> {
  const { lagMs } = await freshness.of(served.live.number);
  if (lagMs !== null && lagMs <= maxStalenessMs) return;
  const age = lagMs === null ? 'of unknown age' : `${lagMs} ms behind`;
  throw new Problem('too-stale', `The view is ${age}, and ${MAX_STALENESS} allows ${maxStalenessMs} ms.`);
}
