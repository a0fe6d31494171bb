/** `GET /v1/meta`: what can be asked, out of the declarations that validate it; `GET /`: where to look. */
import { Router } from 'express';
import type { RegistryRecord } from '../../runtime/storage/records.js';
import { principalOf } from '../access/identify.js';
import { offeredTo } from '../access/visibility.js';
import { PRICES } from '../limits/prices.js';
import { startOf } from '../openapi/further-paths.js';
import { describeView, META_LIMITS } from '../openapi/meta.js';
import type { RouteContext } from './context.js';
import { assertNoParameters } from './no-parameters.js';
import { EXACT, type PricedRoutes } from './priced-routes.js';

export function startRoutes({ views }: RouteContext): Router {
  const router = Router(EXACT);
  router.get('/', (_request, response) => {
    response.json(startOf(Object.values(views)));
  });
  return router;
}

export function metaRoutes(routes: PricedRoutes, context: RouteContext): void {
  const views = Object.values(context.views);
  routes.get('/v1/meta', PRICES.request, async (request, response) => {
    assertNoParameters(request);
    const principal = principalOf(response);
    const readable = views.filter(({ queries }) => principal.scopes.has(queries.access.scope));
    const { registry, live } = await context.generations.live();
    response.json({
      generation: live.number,
      businessTimeZone: live.businessTimeZone,
      reportingCurrency: live.reportingCurrency,
      views: Object.fromEntries(readable.map((view) => [view.name, describeView(view, offeredTo(view, principal))])),
      snapshots: snapshotsOf(registry),
      limits: { ...META_LIMITS, answerBytesMax: context.answers.settings.answerBytesMax },
      freshness: await context.freshness.of(live.number),
    });
  });
}

/** Those that can be asked for by `asOf`. */
function snapshotsOf({ generations }: RegistryRecord) {
  return generations.flatMap(({ snapshot, phase }) =>
    snapshot === undefined || phase !== 'frozen'
      ? []
      : [{ name: snapshot.name, at: snapshot.at.toISOString(), clock: snapshot.clock ?? 'log' }],
  );
}
