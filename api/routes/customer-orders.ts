/** A customer's orders: found like all orders; while their store is down, out of the customer's own document. */
import type { CustomerDocument } from '../../mappings/views/customers/fields.js';
import { Problem } from '../http/problems.js';
import { PRICES } from '../limits/prices.js';
import type { Condition } from '../ports/document-query.js';
import { StoreUnavailable } from '../ports/errors.js';
import { pathsNotNeeded } from '../query/field-selection.js';
import { type RouteContext, withFreshness } from './context.js';
import { findDocument } from './documents.js';
import { answerOf, readList, sendAnswer } from './list.js';
import type { PricedRoutes } from './priced-routes.js';
import { search } from './reading.js';
import { answerFromRecentAnswers, keepAnswer } from './recent-answers.js';
import { answerFromRecent } from './recent-orders.js';

export function customerOrderRoutes(routes: PricedRoutes, context: RouteContext): void {
  const { customers, orders } = context.views;
  routes.get<{ id: string }>('/v1/customers/:id/orders', PRICES.listOfDocument, async (request, response) => {
    const { id } = request.params;
    const path = `/v1/customers/${encodeURIComponent(id)}/orders`;
    const asked = await readList(context, request, response, { view: orders, path, fixed: [ordersOf(id, context)] });
    // Whether there is such a customer; its newest orders are read where they are needed.
    const owner = findDocument(context, customers, asked.reading, id, pathsNotNeeded([], customers.queries));
    const outcome = search(context, asked.reading, orders, asked.request.query).catch((error: unknown) => {
      // What the customer's document tells may be without what is waited for.
      if (error instanceof StoreUnavailable && asked.demands.waitFor === null) return null;
      throw error;
    });
    const [, [found, freshness]] = await Promise.all([owner, withFreshness(context, asked.reading.served, outcome)]);
    if (found !== null) {
      const answer = await answerOf(asked, found, freshness);
      keepAnswer(context, asked, answer);
      return sendAnswer(response, answer, { degraded: false });
    }
    const customer = await findDocument(context, customers, asked.reading, id, []);
    const recent = answerFromRecent(customer as CustomerDocument, asked.request.query, orders);
    if (recent !== null) {
      context.degradation.answered('recent orders');
      return sendAnswer(response, await answerOf(asked, recent, freshness), { degraded: true });
    }
    if (await answerFromRecentAnswers(context, asked, response)) return;
    const detail = "Elasticsearch is down, and the customer's newest orders do not answer this. Try again.";
    throw new Problem('degraded-unsupported', detail);
  });
}

function ordersOf(customerId: string, { views }: RouteContext): Condition {
  const filter = views.orders.queries.filters.customerId;
  if (filter === undefined) throw new TypeError('The orders view does not declare the filter customerId.');
  return { kind: 'anyOf', field: filter.field, values: [customerId] };
}
