/** Lists of documents, of any view. */
import type { Request, Response } from 'express';
import type { View } from '../../mappings/contract.js';
import { offeredTo, rowsOf, shownTo } from '../access/visibility.js';
import type { ListAnswer } from '../degraded/recent-answers.js';
import { queryStringOf } from '../http/request-target.js';
import type { Freshness } from '../ports.js';
import { Problem } from '../problems.js';
import { encodeCursor } from '../query/cursor.js';
import type { Condition, Found } from '../query/document-query.js';
import { project, withoutFields } from '../query/field-selection.js';
import { type Given, readQueryString } from '../query/given.js';
import { type ListRequest, readListRequest } from '../query/list-request.js';
import type { Demands } from '../waiting/demands.js';
import { documentsOf, type RouteContext } from './context.js';
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
  /** They are met by what is read from now on, and by nothing that was read before. */
  readonly demands: Demands;
  /** When nothing had been read yet, by `RecentAnswers`. */
  readonly begun: number;
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
  const cursorSecret = await context.cursorSecret();
  const given = readQueryString(queryStringOf(request));
  const { path } = list;
  const view = offeredTo(list.view, principal);
  const fixed = [...list.fixed, ...rowsOf(view, principal)];
  const outcome = readListRequest(given, { view, generation: served.live.number, cursorSecret, fixed });
  switch (outcome.kind) {
    case 'request':
      return {
        ...{ view, reading, cursorSecret, given, request: outcome.request, path },
        demands: await meetDemands(context, request, reading, { shown: [view], searched: documentsOf(view, served) }),
        begun: context.degradation.recent.begin(),
      };
    case 'expired':
      throw new Problem('cursor-expired', 'The documents were built anew since. Begin the list again without cursor.');
    case 'refused':
      throw new Problem('invalid-parameters', 'errors names each of them and what is allowed.', [
        ...outcome.errors,
        ...demandErrors(request),
      ]);
  }
}

/** The answer of what was found. */
export function answerOf(
  { view, reading, cursorSecret, given, request, path }: Asked,
  { documents, highlights, next, total, facets, stats }: Found,
  freshness: Freshness,
  marks: { readonly degraded?: true },
): ListAnswer {
  const { query, fingerprint, page, selection } = request;
  const generation = reading.served.live.number;
  const cursor = next === null ? null : encodeCursor({ generation, fingerprint, after: next }, cursorSecret);
  const body = {
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
  };
  const link = linkHeader({ path, pairs: given.pairs, page, size: query.size, next: cursor });
  return { body: JSON.stringify(body), link, freshness };
}

export function sendAnswer(response: Response, { body, link }: ListAnswer): void {
  response.set('Link', link).type('json').send(body);
}
