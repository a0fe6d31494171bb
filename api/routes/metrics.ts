/** `GET /metrics`, for those with the scope `admin`, and the middleware that tells of every answer. */
import { type RequestHandler, Router } from 'express';
import type { Registry } from 'prom-client';
import { whenOver } from '../../runtime/http/over.js';
import { principalOf } from '../access/identify.js';
import { requireScope } from '../access/visibility.js';

import { FREE } from './priced-routes.js';

/** Answered under overload, too: nothing but who asks stands before it. */
export function metricsRoutes(registry: Registry, identified: RequestHandler): Router {
  const router = Router(FREE);
  router.get('/metrics', identified, async (_request, response) => {
    requireScope(principalOf(response), 'admin');
    response.type(registry.contentType).send(await registry.metrics());
  });
  return router;
}

/** The route is the pattern that matched, never the path: what callers invent must not become a label. */
export function observeRequests(observer: RequestObserver): RequestHandler {
  return (request, response, next) => {
    const begun = performance.now();
    whenOver(response, (isAnswered) => {
      const route: unknown = request.route?.path;
      const status = isAnswered ? response.statusCode : 'gone';
      observer.answered(typeof route === 'string' ? route : 'none', status, (performance.now() - begun) / 1000);
    });
    next();
  };
}

export interface RequestObserver {
  /** `status`: as sent, or `gone` when the caller went away before. */
  answered(route: string, status: number | 'gone', seconds: number): void;
}
