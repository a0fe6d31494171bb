/** `GET /v1/suggest`: completions of what is being typed. */

import type { View } from '../../mappings/contract.js';
import type { Suggest } from '../../mappings/queries.js';
import { rowsOf, shownTo } from '../access/visibility.js';
import { sendJson } from '../http/json-answer.js';
import { Problem } from '../http/problems.js';
import { queryStringOf } from '../http/request-target.js';
import { PRICES } from '../limits/prices.js';
import { SUGGEST_PATH } from '../openapi/paths.js';
import { documentsOf } from '../ports/documents.js';
import { project, selectionOf } from '../query/field-selection.js';
import { readQueryString } from '../query/given.js';
import { readSuggestRequest } from '../query/suggest-request.js';
import type { RouteContext } from './context.js';
import { demandErrors, meetDemands } from './demands.js';
import type { PricedRoutes } from './priced-routes.js';
import { beginReading, SMALLER, search } from './reading.js';

/** Of the one view that declares what is completed. */
export function suggestRoutes(routes: PricedRoutes, context: RouteContext): void {
  for (const view of Object.values(context.views)) {
    const { suggest } = view.queries;
    if (suggest !== undefined) serve(routes, context, view, suggest);
  }
}

function serve(routes: PricedRoutes, context: RouteContext, view: View, suggest: Suggest): void {
  const selection = selectionOf([view.queries.id.name, suggest.field]);
  routes.get(SUGGEST_PATH, PRICES.request, async (request, response) => {
    const reading = await beginReading(context, request, response, view, [SMALLER.q]);
    const { served, principal, share } = reading;
    const given = readQueryString(queryStringOf(request));
    const outcome = readSuggestRequest(given, view, suggest, rowsOf(view, principal));
    if (outcome.kind === 'refused') {
      throw new Problem('invalid-parameters', 'errors names each of them and what is allowed.', [
        ...outcome.errors,
        ...demandErrors(request),
      ]);
    }
    const documents = documentsOf(view, served);
    await meetDemands(context, request, reading, { shown: [view], searched: documents });
    const { query } = outcome;
    const found = query === null ? [] : (await search(context, reading, view, query)).documents;
    const data = await share.jsonOf(found.map((document) => project(shownTo(view, principal, document), selection)));
    share.settle();
    await sendJson(response, ['{"data":', data, '}']);
  });
}
