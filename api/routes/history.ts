/**
 * `GET /v1/<view>/<id>/history`: the events of a document's aggregate, and the document as of each. Documents that go by
 * the owners of a rollup have none.
 */
import type { Request, Response } from 'express';
import type { View } from '../../mappings/contract.js';
import type { AggregateName } from '../../mappings/events/event.js';
import { aggregateOf } from '../../mappings/keys.js';
import { isVisible, shownTo } from '../access/visibility.js';
import { historyOf, type Moment } from '../history/history.js';
import { sendJson } from '../http/json-answer.js';
import { Problem } from '../http/problems.js';
import { queryStringOf } from '../http/request-target.js';
import { PRICES } from '../limits/prices.js';
import type { Principal } from '../ports/principal.js';
import { pathsNotNeeded } from '../query/field-selection.js';
import { readQueryString } from '../query/given.js';
import { type HistoryOutcome, historyCursor, readHistoryRequest } from '../query/history-request.js';
import { type RouteContext, withFreshness } from './context.js';
import { demandErrors, meetDemands } from './demands.js';
import { findDocument } from './documents.js';
import { linkHeader } from './links.js';
import { logProblem } from './log-problem.js';
import type { PricedRoutes } from './priced-routes.js';
import { beginReading, SMALLER } from './reading.js';

export function historyRoutes(routes: PricedRoutes, context: RouteContext, view: View): void {
  const aggregate = aggregateOf(view);
  if (aggregate === null) return;
  routes.get<{ id: string }>(`/v1/${view.name}/:id/history`, PRICES.history, async (request, response) => {
    await answerHistory(context, view, aggregate, request, response);
  });
}

async function answerHistory(
  context: RouteContext,
  view: View,
  aggregate: AggregateName,
  request: Request<{ id: string }>,
  response: Response,
): Promise<void> {
  const reading = await beginReading(context, request, response, view, [SMALLER.size]);
  const { served, principal, options, share } = reading;
  const { id } = request.params;
  const given = readQueryString(queryStringOf(request));
  const bound = { view, id, generation: served.live.number, cursorSecret: await context.cursorSecret() };
  const { size, after } = askedOf(readHistoryRequest(given, bound), request);
  // The past is told out of states, which have every event as soon as it is merged.
  await meetDemands(context, request, reading, { shown: [], searched: null });
  // Whoever may not see the document must not see its past; and of what was deleted there is none to see.
  await findDocument(context, view, reading, id, pathsNotNeeded([], view.queries));
  const isTold = (document: unknown) =>
    !isBound(view, principal) || (document !== null && isVisible(view, principal, document));
  const tell = (moment: Moment) => share.jsonOf(shown(view, principal, moment));
  const question = { generation: served.live, view, aggregate, id, after, size, isTold, tell, searcher: options };
  const [{ complete, moments, next }, freshness] = await withFreshness(
    context,
    served,
    historyOf(context.history, question).catch((error: unknown) => {
      throw logProblem(error);
    }),
  );
  const cursor = next === null ? null : historyCursor(bound, next);
  const path = `/v1/${view.name}/${encodeURIComponent(id)}/history`;
  response.set('Link', linkHeader({ path, pairs: given.pairs, page: null, size, next: cursor }));
  share.settle();
  const beside = JSON.stringify({ complete, page: { size, next: cursor }, freshness });
  const data = moments.flatMap((moment, i) => (i === 0 ? [moment] : [',', moment]));
  await sendJson(response, ['{"data":[', ...data, `],${beside.slice(1)}`]);
}

/** @throws Problem for parameters that cannot be used, all at once. */
function askedOf(outcome: HistoryOutcome, request: Request): Extract<HistoryOutcome, { kind: 'request' }> {
  switch (outcome.kind) {
    case 'request':
      return outcome;
    case 'expired':
      throw new Problem(
        'cursor-expired',
        'The documents were built anew since. Begin the history again without cursor.',
      );
    case 'refused':
      throw new Problem('invalid-parameters', 'errors names each of them and what is allowed.', [
        ...outcome.errors,
        ...demandErrors(request),
      ]);
  }
}

/** Of the time when it was somebody else's nothing is told to them, and offsets would tell how much others do. */
function isBound({ queries }: View, { customerId }: Principal): boolean {
  return customerId !== null && queries.access.customer !== undefined;
}

/** As the caller may see it, with what the event changed of what the caller sees. */
function shown(view: View, principal: Principal, { version, type, position, before, document }: Moment): object {
  const { eventId, sequence, time } = version;
  const after = document === null ? null : shownTo(view, principal, document);
  return {
    ...{ eventId, type, sequence: sequence > 0 ? sequence : null, time: new Date(time).toISOString() },
    position: isBound(view, principal) ? null : position,
    changed: fieldsThatDiffer(before === null ? null : shownTo(view, principal, before), after),
    document: after,
  };
}

/** The names of top-level fields. */
function fieldsThatDiffer(before: unknown, after: unknown): string[] {
  const [a, b] = [Object(before), Object(after)] as readonly Readonly<Record<string, unknown>>[];
  const names = [...new Set([...Object.keys(a ?? {}), ...Object.keys(b ?? {})])];
  return names.filter((name) => JSON.stringify(a?.[name]) !== JSON.stringify(b?.[name]));
}
