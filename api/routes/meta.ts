/** `GET /v1/meta`: what can be asked, out of the declarations that validate it; `GET /`: where to look. */
import { Router } from 'express';
import type { View } from '../../mappings/contract.js';
import { Problem } from '../problems.js';
import { FACET_VALUES_MAX, TOTAL_CAP } from '../query/document-query.js';
import { pathsOf } from '../query/field-selection.js';
import { readQueryString, valuesByName } from '../query/given.js';
import { facetNames, LIMITS, type Parameter, parametersOf, sortNames } from '../query/parameters.js';
import type { RouteContext } from './context.js';
import { queryStringOf } from './list.js';

export function metaRoutes(context: RouteContext): Router {
  const views = Object.values(context.views);
  const router = Router({ caseSensitive: true });
  router.get('/', (_request, response) => {
    response.json({
      service: 'read-model-api',
      lists: views.map(({ name }) => `/v1/${name}`),
      meta: '/v1/meta',
      health: ['/health/live', '/health/ready'],
    });
  });
  router.get('/v1/meta', async (request, response) => {
    const names = [...valuesByName(readQueryString(queryStringOf(request)).pairs).keys()];
    if (names.length > 0) {
      const errors = names.map((parameter) => ({ parameter, message: 'is not a parameter here; none is' }));
      throw new Problem('invalid-parameters', 'errors names each of them and what is allowed.', errors);
    }
    const { live } = await context.generations.live();
    response.json({
      generation: live.number,
      businessTimeZone: live.businessTimeZone,
      reportingCurrency: live.reportingCurrency,
      views: Object.fromEntries(views.map((view) => [view.name, describeView(view)])),
      limits: { ...LIMITS, totalCap: TOTAL_CAP, facetValuesMax: FACET_VALUES_MAX },
      freshness: await context.freshness.of(live.number),
    });
  });
  return router;
}

function describeView({ name, queries, storage }: View) {
  return {
    path: `/v1/${name}`,
    servedFrom: storage.store,
    id: queries.id.name,
    fields: pathsOf(queries.fields),
    parameters: [...parametersOf(queries).values()].map(describeParameter),
    sorts: sortNames(queries),
    defaultSort: queries.defaultSort,
    facets: facetNames(queries),
  };
}

function describeParameter(parameter: Parameter): { name: string; type: string; values?: readonly string[] } {
  const { name } = parameter;
  switch (parameter.kind) {
    case 'filter': {
      const { filter } = parameter;
      if (filter.kind === 'boolean') return { name, type: 'boolean' };
      return { name, type: 'text', ...(filter.values === undefined ? {} : { values: filter.values }) };
    }
    case 'range':
      return { name, type: parameter.range.type };
    case 'time':
      return { name, type: 'time' };
    case 'unhide':
      return { name, type: 'boolean' };
    case 'size':
    case 'page':
      return { name, type: 'integer' };
    case 'total':
      return { name, type: 'text', values: ['exact'] };
    case 'q':
    case 'sort':
    case 'facets':
    case 'fields':
    case 'cursor':
      return { name, type: 'text' };
  }
}
