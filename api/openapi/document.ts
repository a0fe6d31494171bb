/** The whole OpenAPI 3.1 document: pure, out of the declarations by which requests are checked. */
import type { View, ViewName } from '../../mappings/contract.js';
import type { Authenticator } from '../ports/access.js';
import { changesPath } from './changes-path.js';
import { eventsPath } from './events-path.js';
import { furtherPaths } from './further-paths.js';
import { requestHeaders, responseHeaders } from './headers.js';
import { metaSchema } from './meta.js';
import type { OpenApi } from './openapi.js';
import { parametersOfViews } from './parameters.js';
import { customerOrdersPath, viewPaths } from './paths.js';
import { documentedProblems, problemExamples } from './problems.js';
import { DEGRADED_ORDERS, degradedOrders, schemasOf, sharedSchemas } from './schemas.js';
import { securityBy, securitySchemes } from './security.js';
import { suggestPath } from './suggest-path.js';

/** Of the API, not of the program: `/v1`. Grows when something is added. */
const VERSION = '1.0.0';

const ABOUT = `Joined documents of orders, products and customers, kept up to date from events.

Only GET and HEAD; other methods are answered 405. Every answer carries \`X-Request-Id\`. Problems are
\`application/problem+json\` (RFC 9457) and name everything that is wrong with a request at once; unknown parameters are
refused. Times are RFC 3339, answered in UTC with milliseconds. Money is in minor units of its currency.`;

export function describeApi(
  views: Readonly<Record<ViewName, View>>,
  authenticator: Pick<Authenticator, 'challenges'>,
): OpenApi {
  const all = Object.values(views);
  const security = securityBy(authenticator);
  const paths = {
    ...Object.assign({}, ...all.map((view) => viewPaths(view, security))),
    ...customerOrdersPath(views.customers, views.orders, security),
    ...Object.assign({}, ...all.map((view) => suggestPath(view, security))),
    ...changesPath(all, security),
    ...eventsPath(all, security),
    ...furtherPaths(all, security),
  };
  return {
    openapi: '3.1.0',
    info: {
      title: 'Read-model API',
      version: VERSION,
      description: ABOUT,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'Where this document was read.' }],
    tags: [
      ...all.map(({ name }) => ({ name, description: `The ${name}.` })),
      { name: 'changes', description: 'What changes, as it happens.' },
      { name: 'events', description: 'What became of events.' },
      { name: 'service', description: 'The API itself.' },
    ],
    paths,
    components: {
      schemas: {
        ...Object.assign({}, ...all.map(schemasOf)),
        [DEGRADED_ORDERS]: degradedOrders(views.orders),
        ...sharedSchemas,
        Meta: metaSchema,
      },
      parameters: { ...parametersOfViews(all), ...requestHeaders },
      headers: responseHeaders,
      examples: problemExamples(documentedProblems(paths)),
      securitySchemes,
    },
  };
}
