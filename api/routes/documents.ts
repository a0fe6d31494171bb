/** The list and the single documents of each view, at `/v1/<view>` and `/v1/<view>/<id>`. */
import type { Request, Response } from 'express';
import type { View } from '../../mappings/contract.js';
import { isDocumentId } from '../../mappings/events/identifier.js';
import { isVisible, offeredTo, shownTo } from '../access/visibility.js';
import { Problem } from '../http/problems.js';
import { queryStringOf } from '../http/request-target.js';
import { PRICES } from '../limits/prices.js';
import { documentsOf } from '../ports/documents.js';
import { readDocumentRequest } from '../query/document-request.js';
import { project } from '../query/field-selection.js';
import { readQueryString } from '../query/given.js';
import { type RouteContext, readerOf, withFreshness } from './context.js';
import { demandErrors, meetDemands } from './demands.js';
import { sendDocument } from './etag.js';
import { type Asked, answerOf, readList, sendAnswer } from './list.js';
import type { PricedRoutes } from './priced-routes.js';
import { beginReading, type Reading, SMALLER, search } from './reading.js';
import { answerFromRecentAnswers, isOutage, keepAnswer } from './recent-answers.js';

export function documentRoutes(routes: PricedRoutes, context: RouteContext, view: View): void {
  const path = `/v1/${view.name}` as const;
  routes.get(path, PRICES.list, async (request, response) => {
    await answerList(context, await readList(context, request, response, { view, path, fixed: [] }), response);
  });
  routes.get<{ id: string }>(`${path}/:id`, PRICES.request, async (request, response) => {
    await answerDocument(context, view, request, response);
  });
}

async function answerList(context: RouteContext, asked: Asked, response: Response): Promise<void> {
  const { view, reading, request } = asked;
  try {
    const [found, freshness] = await withFreshness(
      context,
      reading.served,
      search(context, reading, view, request.query),
    );
    const answer = await answerOf(asked, found, freshness);
    keepAnswer(context, asked, answer);
    await sendAnswer(response, answer, { degraded: false });
  } catch (error) {
    if (!isOutage(error) || !(await answerFromRecentAnswers(context, asked, response))) throw error;
  }
}

async function answerDocument(
  context: RouteContext,
  view: View,
  request: Request<{ id: string }>,
  response: Response,
): Promise<void> {
  const reading = await beginReading(context, request, response, view, [SMALLER.fields]);
  const outcome = readDocumentRequest(readQueryString(queryStringOf(request)), offeredTo(view, reading.principal));
  if (outcome.kind === 'refused') {
    throw new Problem('invalid-parameters', 'errors names each of them and what is allowed.', [
      ...outcome.errors,
      ...demandErrors(request),
    ]);
  }
  await meetDemands(context, request, reading, { shown: [view], searched: null });
  const { id } = request.params;
  const { selection, without } = outcome;
  const document = findDocument(context, view, reading, id, without);
  const [found, freshness] = await withFreshness(context, reading.served, document);
  const data = await reading.share.jsonOf(selection === null ? found : project(found, selection));
  reading.share.settle();
  await sendDocument(request, response, data, { freshness });
}

/**
 * The document as the caller may see it. `without`: what of it need not be read.
 * @throws Problem when there is no such document, or none for the caller: which of the two, nothing tells
 */
export async function findDocument(
  context: RouteContext,
  view: View,
  { served, principal, options, share }: Reading,
  id: string,
  without: readonly string[],
): Promise<unknown> {
  const documents = documentsOf(view, served);
  const document = isDocumentId(id)
    ? await share.read((bytesMax) => readerOf(context, view).get(documents, id, { ...options, bytesMax, without }))
    : null;
  if (document === null || !isVisible(view, principal, document)) {
    throw new Problem('not-found', `There is no document with this id among the ${view.name}.`);
  }
  return shownTo(view, principal, document);
}
