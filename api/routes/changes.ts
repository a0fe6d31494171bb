/** `GET /v1/changes`: what changes in the documents, as server-sent events. */
import type { Request, Response } from 'express';
import { lastsAsLongAsItLikes } from '../../runtime/http/answer-time.js';
import { whenOver } from '../../runtime/http/over.js';
import { principalOf } from '../access/identify.js';
import { offeredTo, requireScope } from '../access/visibility.js';
import { EventStream } from '../changes/event-stream.js';
import type { Feed } from '../changes/feed.js';
import type { ChangesContext } from '../changes/hub.js';
import { idsFor, type Place, placeSeal } from '../changes/place.js';
import { LAST_EVENT_ID, readSubscription, type SubscriptionRequest } from '../changes/request.js';
import { shapeOf } from '../changes/shape.js';
import { Problem } from '../http/problems.js';
import { queryStringOf } from '../http/request-target.js';
import { callerOf } from '../limits/caller.js';
import { PRICES } from '../limits/prices.js';
import type { Places } from '../ports/changes.js';
import { LogUnavailable } from '../ports/errors.js';
import type { Principal } from '../ports/principal.js';
import { readQueryString } from '../query/given.js';
import type { Seal } from '../query/seal.js';
import type { RouteContext } from './context.js';
import type { PricedRoutes } from './priced-routes.js';

/** Behind the address of a proxy there may be many: it keeps nothing back, and tells of the end at once. */
const HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  // A proxy that compressed it would hold events back until it has enough of them.
  'Cache-Control': 'no-store, no-transform',
  'X-Accel-Buffering': 'no',
  Connection: 'close',
};
const KEEP_ALIVE_MS = 30_000;

export function changeRoutes(routes: PricedRoutes, context: RouteContext): void {
  const { changes } = context;
  routes.get('/v1/changes', PRICES.request, async (request, response) => {
    const principal = principalOf(response);
    const seal = placeSeal(await context.cursorSecret());
    const asked = readRequest(context, request, principal, seal);
    for (const { queries } of asked.views) requireScope(principal, queries.access.scope);
    const release = takeSeat(changes, callerOf(principal, request.socket.remoteAddress));
    whenOver(response, release);
    const feed = await changes.hub.feedOf(await context.generations.live()).catch((error: unknown) => {
      if (!(error instanceof LogUnavailable)) throw error;
      throw new Problem('changes-unavailable', `${error.message} Try again.`, undefined, { cause: error });
    });
    const from = await placeToBegin(feed, asked);
    if (response.closed) return;
    response.status(200).set(HEADERS);
    if (request.method === 'HEAD') response.end();
    else
      open(changes, feed, { asked, principal, from, idOf: idsFor(principal, feed.edition, seal) }, request, response);
  });
}

function readRequest({ views }: RouteContext, request: Request, principal: Principal, seal: Seal): SubscriptionRequest {
  const offered = Object.values(views).map((view) => offeredTo(view, principal));
  const readable = offered.filter(({ queries }) => principal.scopes.has(queries.access.scope));
  const given = readQueryString(queryStringOf(request));
  const outcome = readSubscription(given, request.get(LAST_EVENT_ID), offered, readable, seal);
  if (outcome.kind === 'refused') {
    throw new Problem('invalid-parameters', 'errors names each of them and what is allowed.', outcome.errors);
  }
  if (outcome.request.views.length === 0) throw new Problem('forbidden', 'The caller may read none of the views.');
  return outcome.request;
}

function takeSeat({ seats }: ChangesContext, caller: string): () => void {
  const seat = seats.take(caller);
  if (seat.kind === 'taken') return seat.release;
  const whose = seat.by === 'max' ? 'This process' : 'The caller';
  throw new Problem('too-many-streams', `${whose} has as many streams open as it may. Close one, or try again.`);
}

/** @throws Problem when what the client has not seen is no longer there */
async function placeToBegin(feed: Feed, { views, after }: SubscriptionRequest): Promise<Places> {
  if (after === null) return feed.placeOf(views.map(({ name }) => name));
  if (after !== 'unreadable' && (await isThere(feed, after))) return after.places;
  throw new Problem(
    'changes-expired',
    'What has changed since that event is no longer known. Read the documents, and begin without an id.',
  );
}

async function isThere(feed: Feed, { edition, places }: Place): Promise<boolean> {
  if (edition !== feed.edition) return false;
  try {
    return await feed.has(places);
  } catch (error) {
    if (!(error instanceof LogUnavailable)) throw error;
    throw new Problem('changes-unavailable', `${error.message} Try again.`, undefined, { cause: error });
  }
}

interface Opening {
  readonly asked: SubscriptionRequest;
  readonly principal: Principal;
  readonly from: Places;
  readonly idOf: (place: Places) => string;
}

function open(changes: ChangesContext, feed: Feed, opening: Opening, request: Request, response: Response): void {
  const { asked, principal, from, idOf } = opening;
  lastsAsLongAsItLikes(response);
  request.socket.setNoDelay(true);
  request.socket.setKeepAlive(true, KEEP_ALIVE_MS);
  response.flushHeaders();
  const stream = new EventStream(response, idOf, changes.streamSettings);
  stream.begin(from);
  const choice = { views: new Set(asked.views.map(({ name }) => name)), keys: asked.keys, principal };
  const subscription = feed.subscribe(choice, shapeOf(principal, asked.selection), stream, from);
  whenOver(response, changes.hub.add(feed, subscription, stream));
}
