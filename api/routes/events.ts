/** `GET /v1/events/<id>`: what became of an event. */

import type { Request, Response } from 'express';
import { isWellFormedId } from '../../mappings/events/event.js';
import { principalOf } from '../access/identify.js';
import { requireScope } from '../access/visibility.js';
import { deliveriesOf, type EventDelivery } from '../events/deliveries.js';
import { Problem } from '../http/problems.js';
import { queryStringOf } from '../http/request-target.js';
import { PRICES } from '../limits/prices.js';
import { EVENT_PATH } from '../openapi/paths.js';
import type { Principal } from '../ports/principal.js';
import { readEventRequest } from '../query/event-request.js';
import { readQueryString } from '../query/given.js';
import type { RouteContext } from './context.js';
import { demandErrors, meetDemands } from './demands.js';
import { logProblem } from './log-problem.js';
import type { PricedRoutes } from './priced-routes.js';
import { readOptionsFor } from './reading.js';

export function eventRoutes(routes: PricedRoutes, context: RouteContext): void {
  routes.get<{ id: string }>(`${EVENT_PATH}/:id`, PRICES.event, async (request, response) => {
    await answerEvent(context, request, response);
  });
}

async function answerEvent(context: RouteContext, request: Request<{ id: string }>, response: Response): Promise<void> {
  const principal = principalOf(response);
  const outcome = readEventRequest(readQueryString(queryStringOf(request)));
  if (outcome.kind === 'refused') {
    const errors = [...outcome.errors, ...demandErrors(request)];
    throw new Problem('invalid-parameters', 'errors names each of them and what is allowed.', errors);
  }
  const { aggregate } = outcome;
  if (aggregate !== null) requireScope(principal, `${aggregate.name}:read`);
  const options = readOptionsFor(request, response, principal);
  const served = await context.generations.live();
  await meetDemands(
    context,
    request,
    { served, refusal: null, principal, options },
    // The state and the log have every event as soon as it is merged.
    { shown: [], searched: null },
  );
  const { id: eventId } = request.params;
  const question = { eventId, aggregate, generation: served.live.number, principal, searcher: options };
  const { deliveries, complete, isFull } = isWellFormedId(eventId)
    ? await deliveriesOf(context.events, question).catch((error: unknown) => {
        throw logProblem(error);
      })
    : { deliveries: [], complete: true, isFull: false };
  if (deliveries.length === 0) throw isFull ? tooLong() : nothingFound(complete, aggregate !== null);
  response.json({ data: deliveries.map((delivery) => shown(delivery, principal)), complete });
}

function tooLong(): Problem {
  const detail = 'It is not among those that one search may find (HISTORY_BYTES_MAX), and the aggregate has more.';
  return new Problem('history-too-long', `${detail} Asking again finds no more.`);
}

function nothingFound(complete: boolean, isAggregateGiven: boolean): Problem {
  if (!complete) {
    const detail = 'The events of the aggregate could not all be searched within the limits: it may be among them.';
    return new Problem('history-unavailable', `${detail} Try again: the search goes on where it was.`);
  }
  const hint = isAggregateGiven
    ? ''
    : ' Of one that is no longer remembered, name the aggregate: aggregate=orders/o-1.';
  return new Problem('not-found', `No delivery of this event is known.${hint}`);
}

/** Offsets would tell how much others do. */
function shown(delivery: EventDelivery, { scopes }: Principal): object {
  return scopes.has('admin') ? delivery : { ...delivery, offset: null };
}
