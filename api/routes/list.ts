/** Lists of documents, of any view. */
import type { Request, Response } from 'express';
import type { View } from '../../mappings/contract.js';
import { offeredTo, rowsOf, shownTo } from '../access/visibility.js';
import type { Freshness } from '../ports.js';
import { Problem } from '../problems.js';
import { encodeCursor } from '../query/cursor.js';
import type { Condition, Found } from '../query/document-query.js';
import { project, withoutFields } from '../query/field-selection.js';
import { type Given, readQueryString } from '../query/given.js';
import { type ListRequest, readListRequest } from '../query/list-request.js';
import { cursorSecretOf, documentsOf, queryStringOf, type RouteContext, readerOf, withFreshness } from './context.js';
import { demandErrors, meetDemands } from './demands.js';
import { linkHeader } from './links.js';
import { beginReading, type Reading } from './reading.js';

/** A list as it was asked for, checked, against the generation that is served at that moment. */
export interface Asked {
  readonly view: View;
  readonly reading: Reading;
  readonly cursorSecret: Buffer;
  readonly given: Given;
  readonly request: ListRequest;
  /** Percent-encoded. */
  readonly path: string;
}

/** @throws Problem for parameters that cannot be used, all at once. */
export async function readList(
  context: RouteContext,
  request: Request,
  response: Response,
  list: { readonly view: View; readonly path: string; readonly fixed: readonly Condition[] },
): Promise<Asked> {
  const reading = await beginReading(context, request, response, list.view);
  const { served, principal } = reading;
  const cursorSecret = cursorSecretOf(context, served);
  const given = readQueryString(queryStringOf(request));
  const { path } = list;
  const view = offeredTo(list.view, principal);
  const fixed = [...list.fixed, ...rowsOf(view, principal)];
  const outcome = readListRequest(given, { view, generation: served.live.number, cursorSecret, fixed });
  switch (outcome.kind) {
    case 'request':
      await meetDemands(context, request, reading, { shown: [view], searched: documentsOf(view, served) });
      return { view, reading, cursorSecret, given, request: outcome.request, path };
    case 'expired':
      throw new Problem('cursor-expired', 'The documents were built anew since. Begin the list again without cursor.');
    case 'refused':
      throw new Problem('invalid-parameters', 'errors names each of them and what is allowed.', [
        ...outcome.errors,
        ...demandErrors(request),
      ]);
  }
}

export async function answerList(context: RouteContext, asked: Asked, response: Response): Promise<void> {
  const { view, reading, request } = asked;
  const { served, options } = reading;
  const query = readerOf(context, view).search(documentsOf(view, served), request.query, options);
  const [found, freshness] = await withFreshness(context, served, query);
  sendList(response, asked, found, freshness, {});
}

export function sendList(
  response: Response,
  { view, reading, cursorSecret, given, request, path }: Asked,
  { documents, highlights, next, total, facets, stats }: Found,
  freshness: Freshness,
  marks: { readonly degraded?: true },
): void {
  const { query, fingerprint, page, selection } = request;
  const generation = reading.served.live.number;
  const cursor = next === null ? null : encodeCursor({ generation, fingerprint, after: next }, cursorSecret);
  response.set('Link', linkHeader({ path, pairs: given.pairs, page, size: query.size, next: cursor }));
  response.json({
    data: documents
      .map((document) => shownTo(view, reading.principal, document))
      .map((document) =>
        selection === null ? withoutFields(document, view.queries.listOmits) : project(document, selection),
      )
      .map((document, i) =>
        highlights === null ? document : Object.assign({}, document, { highlight: highlights[i] }),
      ),
    ...marks,
    page: { size: query.size, number: page, next: cursor },
    total,
    ...(query.facets.length === 0 ? {} : { facets }),
    ...(query.stats.length === 0 ? {} : { stats }),
    freshness,
  });
}
