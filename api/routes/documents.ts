/** The list and the single documents of each view, at `/v1/<view>` and `/v1/<view>/<id>`. */
import { type Request, type Response, Router } from 'express';
import type { View } from '../../mappings/contract.js';
import { Problem } from '../problems.js';
import { isPossibleId, readDocumentRequest } from '../query/document-request.js';
import { project } from '../query/field-selection.js';
import { readQueryString } from '../query/given.js';
import { documentsOf, type RouteContext, readerOf, withFreshness } from './context.js';
import { answerList, queryStringOf, readList } from './list.js';
import { beginReading, type Reading } from './reading.js';

export function documentRoutes(context: RouteContext, view: View): Router {
  const router = Router({ caseSensitive: true });
  const path = `/v1/${view.name}`;
  router.get(path, async (request, response) => {
    await answerList(context, await readList(context, request, response, { view, path, fixed: [] }), response);
  });
  router.get(`${path}/:id`, async (request: Request<{ id: string }>, response) => {
    await answerDocument(context, view, request, response);
  });
  return router;
}

async function answerDocument(
  context: RouteContext,
  view: View,
  request: Request<{ id: string }>,
  response: Response,
): Promise<void> {
  const outcome = readDocumentRequest(readQueryString(queryStringOf(request)), view);
  if (outcome.kind === 'refused') {
    throw new Problem('invalid-parameters', 'errors names each of them and what is allowed.', outcome.errors);
  }
  const { id } = request.params;
  const reading = await beginReading(context, request, response, view);
  const document = findDocument(context, view, reading, id);
  const [found, freshness] = await withFreshness(context, reading.served, document);
  const { selection } = outcome;
  response.json({ data: selection === null ? found : project(found, selection), freshness });
}

/** @throws Problem when there is no such document. */
export async function findDocument(
  context: RouteContext,
  view: View,
  { served, options }: Reading,
  id: string,
): Promise<unknown> {
  const documents = documentsOf(view, served);
  const document = isPossibleId(id) ? await readerOf(context, view).get(documents, id, options) : null;
  if (document === null) throw new Problem('not-found', `There is no document with this id among the ${view.name}.`);
  return document;
}
