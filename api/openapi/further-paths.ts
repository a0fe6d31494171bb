/** The paths that are no view's: what the API says of itself. */
import type { View } from '../../mappings/contract.js';
import { freshnessExample } from './examples.js';
import { headerRefs, V1_HEADERS } from './headers.js';
import { type JsonSchema, objectOf, schemaRef } from './json-schema.js';
import { describeView, META_LIMITS } from './meta.js';
import type { Operation, Paths } from './openapi.js';
import { ANY_QUESTION, ANY_REQUEST, json } from './paths.js';
import { problemResponses } from './problems.js';
import type { SecurityOf } from './security.js';

const TEXT: JsonSchema = { type: 'string' };
const TEXTS: JsonSchema = { type: 'array', items: TEXT };
const REQUEST_ID = headerRefs('X-Request-Id');

const live: Operation = {
  operationId: 'get-liveness',
  tags: ['service'],
  summary: 'Whether the process answers',
  security: [],
  responses: {
    '200': {
      description: 'It does.',
      headers: REQUEST_ID,
      content: json(objectOf({ status: { type: 'string', const: 'live' } }), { status: 'live' }),
    },
    ...problemResponses(ANY_REQUEST),
  },
};

const READINESS = objectOf(
  {
    status: { type: 'string', enum: ['ready', 'not ready', 'saturated', 'stopping'] },
    reasons: { type: 'array', items: TEXT, description: 'What there has been no room in for a lasting time.' },
    degraded: { type: 'array', items: TEXT, description: 'What is down; the rest is answered.' },
    checks: { type: 'object', additionalProperties: { type: 'string', enum: ['up', 'down'] } },
  },
  ['reasons'],
);

const ready: Operation = {
  operationId: 'get-readiness',
  tags: ['service'],
  summary: 'Whether the process can answer something',
  security: [],
  responses: {
    '200': {
      description: 'It can; what is down is named.',
      headers: REQUEST_ID,
      content: json(READINESS, {
        status: 'ready',
        degraded: ['elasticsearch'],
        checks: { elasticsearch: 'down', mongodb: 'up', generation: 'up', cursorSecret: 'up' },
      }),
    },
    ...problemResponses(ANY_REQUEST),
    '503': {
      description: 'It cannot, has had no room for a lasting time, or has been asked to stop.',
      headers: REQUEST_ID,
      content: json(READINESS, {
        status: 'not ready',
        degraded: ['generation'],
        checks: { elasticsearch: 'up', mongodb: 'up', generation: 'down' },
      }),
    },
  },
};

const openApi: Operation = {
  operationId: 'get-openapi',
  tags: ['service'],
  summary: 'This description',
  security: [],
  responses: {
    '200': {
      description: 'OpenAPI 3.1.',
      headers: REQUEST_ID,
      content: {
        'application/json': {
          schema: {
            type: 'object',
            required: ['openapi', 'info', 'paths'],
            properties: { openapi: TEXT, info: { type: 'object' }, paths: { type: 'object' } },
          },
        },
      },
    },
    ...problemResponses(ANY_REQUEST),
  },
};

const docs: Operation = {
  operationId: 'get-docs',
  tags: ['service'],
  summary: 'This description as a page to read and to try out',
  security: [],
  responses: {
    '200': { description: 'The page.', headers: REQUEST_ID, content: { 'text/html': { schema: TEXT } } },
    ...problemResponses(ANY_REQUEST),
  },
};

export function furtherPaths(views: readonly View[], security: SecurityOf): Paths {
  return {
    '/': { get: start(views) },
    '/v1/meta': { get: meta(views, security) },
    '/health/live': { get: live },
    '/health/ready': { get: ready },
    '/openapi.json': { get: openApi },
    '/docs': { get: docs },
    '/metrics': { get: metrics(security) },
  };
}

function start(views: readonly View[]): Operation {
  const schema = objectOf({
    service: TEXT,
    lists: TEXTS,
    meta: TEXT,
    openapi: TEXT,
    docs: TEXT,
    health: TEXTS,
  });
  return {
    operationId: 'get-start',
    tags: ['service'],
    summary: 'Where to look',
    security: [],
    responses: {
      '200': { description: 'Paths.', headers: REQUEST_ID, content: json(schema, startOf(views)) },
      ...problemResponses(ANY_REQUEST),
    },
  };
}

/** What `GET /` answers. */
export function startOf(views: readonly View[]) {
  return {
    service: 'read-model-api',
    lists: views.map(({ name }) => `/v1/${name}`),
    meta: '/v1/meta',
    openapi: '/openapi.json',
    docs: '/docs',
    health: ['/health/live', '/health/ready'],
  };
}

function meta(views: readonly View[], security: SecurityOf): Operation {
  const [first] = views;
  return {
    operationId: 'get-meta',
    tags: ['service'],
    summary: 'What can be asked: views, fields, parameters, sorts, limits',
    description: 'Of the views that the caller may read.',
    security: security(),
    responses: {
      '200': {
        description: 'Views by name, limits, and how fresh the documents are.',
        headers: headerRefs(...V1_HEADERS),
        content: json(schemaRef('Meta'), first === undefined ? {} : metaExample(first)),
      },
      ...problemResponses(ANY_QUESTION, V1_HEADERS),
    },
  };
}

function metrics(security: SecurityOf): Operation {
  return {
    operationId: 'get-metrics',
    tags: ['service'],
    summary: 'Measurements for Prometheus',
    security: security('admin'),
    responses: {
      '200': { description: 'In the text format.', headers: REQUEST_ID, content: { 'text/plain': { schema: TEXT } } },
      ...problemResponses([
        ...ANY_REQUEST,
        'ambiguous-credentials',
        'unauthenticated',
        'forbidden',
        'access-unavailable',
      ]),
    },
  };
}

function metaExample(view: View) {
  return {
    generation: 1,
    businessTimeZone: 'Asia/Shanghai',
    reportingCurrency: 'CNY',
    views: { [view.name]: describeView(view, view) },
    limits: META_LIMITS,
    snapshots: [{ name: 'october', at: '2026-10-31T15:59:59.000Z', clock: 'log' }],
    freshness: freshnessExample,
  };
}
