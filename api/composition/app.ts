/** The express application: routes over ports. */
import express, { type Express } from 'express';
import type { HostRule } from '../../runtime/hosts.js';
import type { Log } from '../../runtime/log.js';
import { identify } from '../access/identify.js';
import { refuseBodies } from '../http/bodies.js';
import { crossOrigin } from '../http/cross-origin.js';
import { knownHostsOnly } from '../http/known-hosts.js';
import { readTarget } from '../http/request-target.js';
import { notStored, privateAnswers, securityHeaders } from '../http/security-headers.js';
import { PRICES } from '../limits/prices.js';
import type { Authenticator } from '../ports/access.js';
import { changeRoutes } from '../routes/changes.js';
import type { RouteContext } from '../routes/context.js';
import { customerOrderRoutes } from '../routes/customer-orders.js';
import { docsRoutes } from '../routes/docs.js';
import { documentRoutes } from '../routes/documents.js';
import { answerErrors, readOnly, unknownPath } from '../routes/errors.js';
import { eventRoutes } from '../routes/events.js';
import { healthRoutes } from '../routes/health.js';
import { historyRoutes } from '../routes/history.js';
import { metaRoutes, startRoutes } from '../routes/meta.js';
import { metricsRoutes, observeRequests } from '../routes/metrics.js';
import { openApiRoutes } from '../routes/openapi.js';
import { PricedRoutes } from '../routes/priced-routes.js';
import { requestId } from '../routes/request-id.js';
import { suggestRoutes } from '../routes/suggest.js';
import { checksOf, RecentHealth } from '../serving/health.js';
import type { Limits } from './limits.js';
import { meterDegradation } from './metrics.js';

/** Who may come in, and by which ways. */
export interface Entrance {
  readonly authenticator: Authenticator;
  /** Of web pages that may read the answers. */
  readonly corsOrigins: readonly string[];
  /** Under which names to answer; `null`: any. */
  readonly hosts: HostRule | null;
}

export function createApp(context: RouteContext, log: Log, entrance: Entrance, limits: Limits): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.enable('case sensitive routing');
  app.enable('strict routing');
  // Under the extended parser `?status[$ne]=x` would become an object.
  app.set('query parser', 'simple');
  app.use(observeRequests(limits.metrics.requests));
  app.use(requestId, securityHeaders, notStored, readTarget);
  if (entrance.hosts !== null) app.use(knownHostsOnly(entrance.hosts));
  if (entrance.corsOrigins.length > 0) app.use(crossOrigin(entrance.corsOrigins));
  app.use(refuseBodies, readOnly);
  const health = new RecentHealth(checksOf(context.readers, context.generations, context.cursorSecret));
  meterDegradation(limits.metrics.registry, context.degradation.recent, () => health.now());
  app.use(healthRoutes(health, context.stopping, limits.saturation));
  app.use(openApiRoutes(context, entrance.authenticator));
  app.use(docsRoutes());
  const identified = identify(entrance.authenticator);
  app.use(metricsRoutes(limits.metrics.registry, identified));
  app.use('/v1', limits.inFlight.limit, privateAnswers, identified, limits.inFlight.share);
  const { pay } = limits;
  app.use(startRoutes(context));
  const routes = new PricedRoutes(pay);
  metaRoutes(routes, context);
  suggestRoutes(routes, context);
  changeRoutes(routes, context);
  eventRoutes(routes, context);
  customerOrderRoutes(routes, context);
  for (const view of Object.values(context.views)) {
    documentRoutes(routes, context, view);
    historyRoutes(routes, context, view);
  }
  app.use(routes.router);
  // What is not there costs as much as a document.
  app.use('/v1', pay(PRICES.request));
  app.use(unknownPath);
  app.use(answerErrors(log));
  return app;
}
