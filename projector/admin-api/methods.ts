/** Whether there is anything at a path, and by which methods: told before a body is looked at. */
import { type IRouter, Router } from 'express';
import { AdminProblem } from './problems.js';

/** Lets through what one of the routes is for. */
export function knownOnly(routes: IRouter): Router {
  const methods = new Map<string, string[]>();
  for (const { route } of routes.stack) {
    if (route === undefined) continue;
    const own = route.stack.flatMap(({ method }) => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]));
    methods.set(route.path, [...(methods.get(route.path) ?? []), ...own]);
  }
  const router = Router();
  for (const [path, allowed] of methods) {
    router.all(path, (request, response, next) => {
      if (allowed.includes(request.method)) {
        response.removeHeader('Allow');
        next('router');
        return;
      }
      response.append('Allow', allowed);
      next();
    });
  }
  router.use((_request, response) => {
    const allowed = response.get('Allow');
    if (allowed === undefined) throw new AdminProblem('unknown-path', 'docs/operations.md lists what there is.');
    throw new AdminProblem('method-not-allowed', `Use ${[allowed].flat().join(' or ')}.`);
  });
  return router;
}
