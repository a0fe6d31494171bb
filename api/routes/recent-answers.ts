/** Lists that are answered as they were a moment ago while their store is down: to whoever saw the same, and allows it. */
import { createHash } from 'node:crypto';
import type { Response } from 'express';
import { sightOf } from '../access/visibility.js';
import type { ListAnswer, RecentAnswer } from '../degraded/recent-answers.js';
import { Problem } from '../http/problems.js';
import { documentsOf } from '../ports/documents.js';
import { StoreRefused, StoreUnavailable } from '../ports/errors.js';
import type { Freshness } from '../ports/freshness.js';
import { MAX_STALENESS } from '../waiting/demands.js';
import type { RouteContext } from './context.js';
import { type Asked, sendAnswer } from './list.js';

/** Whether the store does not answer; one that only has too much to do is to be asked again. */
export function isOutage(error: unknown): boolean {
  if (error instanceof StoreRefused) return error.reason === 'circuit open';
  return error instanceof StoreUnavailable;
}

/** Those that Elasticsearch answers: while MongoDB is down, nothing may tell what was known of customers. */
function isKept({ view, reading }: Asked): boolean {
  return view.storage.store === 'elasticsearch' && reading.served.live.snapshot === undefined;
}

export function keepAnswer({ degradation: { recent } }: RouteContext, asked: Asked, answer: ListAnswer): void {
  if (isKept(asked)) recent.keep(keyOf(asked), answer, asked.begun);
}

/**
 * The answer of a moment ago, marked as degraded; `false` when there is none.
 * @throws Problem when it is older than the caller allows
 */
export async function answerFromRecentAnswers(
  context: RouteContext,
  asked: Asked,
  response: Response,
): Promise<boolean> {
  const { recent, answered } = context.degradation;
  // What is waited for may have come after it.
  if (!isKept(asked) || asked.demands.waitFor !== null) return false;
  const found = recent.find(keyOf(asked));
  if (found === null) return false;
  const freshness = freshnessOf(found);
  assertAllowed(freshness, asked.demands.maxStalenessMs);
  answered('recent answers');
  await sendAnswer(response, { ...found, freshness }, { degraded: true });
  return true;
}

/** What was not in it then, and what has come since: how many events that is, nobody has counted. */
function freshnessOf({ freshness: { lagMs, refused, asOf }, ageMs }: RecentAnswer): Freshness {
  return { lagEvents: null, lagMs: lagMs === null ? null : lagMs + Math.ceil(ageMs), refused, asOf };
}

function assertAllowed({ lagMs, asOf }: Freshness, maxStalenessMs: number | null): void {
  if (maxStalenessMs === null || (lagMs !== null && lagMs <= maxStalenessMs)) return;
  const detail = `Elasticsearch is down, and what is known of ${asOf} is older than ${MAX_STALENESS} allows.`;
  throw new Problem('too-stale', detail);
}

/** Whatever an answer depends on: who may see what, which documents are served, and every parameter. */
function keyOf({ view, path, given, reading: { served, principal } }: Asked): string {
  const { generation, revision } = documentsOf(view, served);
  const parts = [view.name, generation, revision, sightOf(principal), path, given.pairs];
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64');
}
