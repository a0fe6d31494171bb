/** `GET /openapi.json`: the API described, out of the declarations that it works by. */
import { Router } from 'express';
import { describeApi } from '../openapi/document.js';
import type { Authenticator } from '../ports/access.js';
import type { RouteContext } from './context.js';
import { FREE } from './priced-routes.js';

export function openApiRoutes({ views }: RouteContext, authenticator: Authenticator): Router {
  const text = JSON.stringify(describeApi(views, authenticator));
  const router = Router(FREE);
  router.get('/openapi.json', (_request, response) => {
    response.type('json').send(text);
  });
  return router;
}
