/** `GET /v1/<view>/<id>/history`: the events of a document's aggregate, and the document as of each. */
import { type Request, type Response, Router } from 'express';
import type { View } from '../../mappings/contract.js';
import { isVisible, shownTo } from '../access/visibility.js';
import { historyOf, type Moment } from '../history/history.js';
import { LogUnavailable } from '../ports.js';
import { Problem } from '../problems.js';
import { type RouteContext, withFreshness } from './context.js';
import { demandErrors, meetDemands } from './demands.js';
import { findDocument } from './documents.js';
import { assertNoParameters } from './no-parameters.js';
import { beginReading, type Reading } from './reading.js';

export function historyRoutes(context: RouteContext, view: View): Router {
  const router = Router({ caseSensitive: true });
  router.get(`/v1/${view.name}/:id/history`, async (request: Request<{ id: string }>, response) => {
    await answerHistory(context, view, request, response);
  });
  return router;
}

async function answerHistory(
  context: RouteContext,
  view: View,
  request: Request<{ id: string }>,
  response: Response,
): Promise<void> {
  assertNoParameters(request, demandErrors(request));
  const reading = await beginReading(context, request, response, view);
  await meetDemands(context, request, reading, null);
  const { id } = request.params;
  // Whoever may not see the document must not see its past; and of what was deleted there is none to see.
  await findDocument(context, view, reading, id);
  const [{ complete, moments }, freshness] = await withFreshness(
    context,
    reading.served,
    historyOf(context.history, reading.served.live, view, id).catch((error: unknown) => {
      throw error instanceof LogUnavailable ? new Problem('history-unavailable', `${error.message} Try again.`) : error;
    }),
  );
  response.json({ data: shown(view, reading, moments), complete, freshness });
}

/** As the caller may see it, each with what it changed of what the caller sees. */
function shown(view: View, { principal }: Reading, moments: readonly Moment[]): object[] {
  const isBound = principal.customerId !== null && view.queries.access.customer !== undefined;
  let before: unknown = null;
  return moments.flatMap(({ document, position, ...event }) => {
    const isSeen = document !== null && isVisible(view, principal, document);
    // Of the time when it was somebody else's nothing is told, and offsets would tell how much others do.
    if (isBound && !isSeen) {
      before = null;
      return [];
    }
    const after = isSeen ? shownTo(view, principal, document) : null;
    const changed = fieldsThatDiffer(before, after);
    before = after;
    return [{ ...event, position: isBound ? null : position, changed, document: after }];
  });
}

/** The names of top-level fields. */
function fieldsThatDiffer(before: unknown, after: unknown): string[] {
  const [a, b] = [Object(before), Object(after)] as readonly Readonly<Record<string, unknown>>[];
  const names = [...new Set([...Object.keys(a ?? {}), ...Object.keys(b ?? {})])];
  return names.filter((name) => JSON.stringify(a?.[name]) !== JSON.stringify(b?.[name]));
}
