/** Lists of documents, of any view. */
import type { Request, Response } from 'express';
import type { View } from '../../mappings/contract.js';
import { offeredTo, rowsOf, shownTo } from '../access/visibility.js';
import type { ListAnswer } from '../degraded/recent-answers.js';
import { sendJson } from '../http/json-answer.js';
import { Problem } from '../http/problems.js';
import { queryStringOf } from '../http/request-target.js';
import type { Condition, Found } from '../ports/document-query.js';
import { documentsOf } from '../ports/documents.js';
import type { Freshness } from '../ports/freshness.js';
import { encodeCursor } from '../query/cursor.js';
import { project, withoutFields } from '../query/field-selection.js';
import { type Given, readQueryString } from '../query/given.js';
import { type ListRequest, readListRequest } from '../query/list-request.js';
import type { Demands } from '../waiting/demands.js';
import type { RouteContext } from './context.js';
import { demandErrors, meetDemands } from './demands.js';
import { linkHeader } from './links.js';
import { beginReading, type Reading, SMALLER } from './reading.js';

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

const CURE = [SMALLER.size, SMALLER.fields, SMALLER.facets];

/** @throws Problem for parameters that cannot be used, all at once. */
export async function readList(
  context: RouteContext,
  request: Request,
  response: Response,
  list: { readonly view: View; readonly path: string; readonly fixed: readonly Condition[] },
): Promise<Asked> {
  const reading = await beginReading(context, request, response, list.view, CURE);
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

/** The answer of what was found. @throws Problem when it is too large */
export async function answerOf(
  { view, reading, cursorSecret, given, request, path }: Asked,
  { documents, highlights, next, total, facets, stats }: Found,
  freshness: Freshness,
): Promise<ListAnswer> {
  const { query, fingerprint, page, selection } = request;
  const { served, principal, share } = reading;
  const generation = served.live.number;
  const cursor = next === null ? null : encodeCursor({ generation, fingerprint, after: next }, cursorSecret);
  const data: string[] = [];
  for (const [i, document] of documents.entries()) {
    const whole = shownTo(view, principal, document);
    const asked = selection === null ? withoutFields(whole, view.queries.listOmits) : project(whole, selection);
    data.push(await share.jsonOf(highlights === null ? asked : Object.assign({}, asked, { highlight: highlights[i] })));
  }
  const beside = await share.jsonOf({
    page: { size: query.size, number: page, next: cursor },
    total,
    ...(query.facets.length === 0 ? {} : { facets }),
    ...(query.stats.length === 0 ? {} : { stats }),
  });
  share.settle();
  const link = linkHeader({ path, pairs: given.pairs, page, size: query.size, next: cursor });
  return { data, beside, link, freshness };
}

/** `degraded`: it tells less than it should, or what was a moment ago. */
export function sendAnswer(
  response: Response,
  { data, beside, link, freshness }: ListAnswer,
  { degraded }: { readonly degraded: boolean },
): Promise<void> {
  const documents = data.flatMap((document, i) => (i === 0 ? [document] : [',', document]));
  const marks = degraded ? '"degraded":true,' : '';
  const rest = `],${marks}${beside.slice(1, -1)},"freshness":${JSON.stringify(freshness)}}`;
  return sendJson(response.set('Link', link), ['{"data":[', ...documents, rest]);
}
