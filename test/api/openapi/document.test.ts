import { compileErrors, validate } from '@readme/openapi-parser';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAccess } from '../../../api/access/credentials.js';
import { createApp } from '../../../api/composition/app.js';
import { composeLimits } from '../../../api/composition/limits.js';
import { problemTypes } from '../../../api/http/problems.js';
import { describeApi } from '../../../api/openapi/document.js';
import type { Header, OpenApi } from '../../../api/openapi/openapi.js';
import { AGGREGATE, readEventRequest } from '../../../api/query/event-request.js';
import { readQueryString } from '../../../api/query/given.js';
import type { RouteContext } from '../../../api/routes/context.js';
import { shipmentsView } from '../../../docs/examples/shipments/view.js';
import type { View, ViewName } from '../../../mappings/contract.js';
import { views } from '../../../mappings/registry.js';
import { GENEROUS, memoryReader, serve, type TestServer } from '../server.js';
import { described, OPEN, operationsOf, resolved, Schemas } from './described.js';

const reader = memoryReader({});

describe('the description that the API answers', () => {
  let server: TestServer;
  let answered: OpenApi;
  beforeAll(async () => {
    server = await serve({ elasticsearch: reader, mongodb: reader });
    answered = (await server.get('/openapi.json')).body;
  });
  afterAll(() => server.close());

  it('is valid OpenAPI 3.1', async () => {
    const outcome = await validate(structuredClone(answered) as never);
    expect(outcome.valid ? '' : compileErrors(outcome)).toBe('');
    expect(answered.openapi).toBe('3.1.0');
  });

  it('gives a linter with its recommended rules nothing to say', async () => {
    const config = await createConfig({ extends: ['recommended'] });
    const problems = await lintFromString({ source: JSON.stringify(answered), config });
    expect(problems.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer])).toEqual([]);
  });

  it('is what is said at the start', async () => {
    const { body } = await server.get('/');
    expect(body).toMatchObject({ openapi: '/openapi.json', docs: '/docs' });
  });

  it('describes every path that GET / names', async () => {
    const { lists, meta, openapi, docs, health } = (await server.get('/')).body;
    expect(Object.keys(answered.paths)).toEqual(expect.arrayContaining([...lists, ...health, meta, openapi, docs]));
  });
});

/** The paths that express would route, in the form that OpenAPI gives them. */
function routesOf(handler: unknown): string[] {
  const { stack = [] } = Object(handler) as { stack?: readonly { route?: { path: string }; handle?: unknown }[] };
  return stack.flatMap(({ route, handle }) =>
    route === undefined ? routesOf(handle) : [route.path.replace(/:(\w+)/g, '{$1}')],
  );
}

describe('the description', () => {
  it('has every path that there is, and no other', () => {
    const log = pino({ level: 'silent' });
    const entrance = { authenticator: openAccess, corsOrigins: [], hosts: null };
    const app = createApp(
      { views, degradation: {} } as unknown as RouteContext,
      log,
      entrance,
      composeLimits(GENEROUS, { elasticsearch: async () => {}, mongodb: async () => {} }, log),
    );
    const routes = routesOf(app.router).filter((path) => !path.startsWith('/docs/'));
    expect([...new Set(routes)].sort()).toEqual(Object.keys(described.paths).sort());
  });

  const schemas = new Schemas(described);

  it.each(operationsOf(described))('has valid examples of what $path answers', ({ operation }) => {
    for (const [status, { content = {}, headers = {} }] of Object.entries(operation.responses)) {
      for (const { schema, example, examples = {} } of Object.values(content)) {
        const values = Object.values(examples).map((one) => resolved(described, one).value);
        for (const value of [...(example === undefined ? [] : [example]), ...values]) {
          expect(schemas.problems(schema, value), status).toEqual([]);
        }
      }
      for (const header of Object.values(headers)) {
        const { schema, example } = resolved<Header>(described, header);
        expect(schemas.problems(schema, example), status).toEqual([]);
      }
    }
  });

  it.each(operationsOf(described))('has valid examples of what $path is asked', ({ parameters }) => {
    for (const { name, schema, example } of parameters) {
      for (const value of [...(schema.examples ?? []), ...(example === undefined ? [] : [example])]) {
        expect(schemas.problems(schema, value), name).toEqual([]);
      }
    }
  });

  it('shows documents of the shop, Chinese names too', () => {
    const { content } = described.paths['/v1/orders/{id}']?.get.responses['200'] ?? {};
    expect(content?.['application/json']?.example).toMatchObject({ data: { customer: { name: '王芳' } } });
  });

  it('tells every problem, but for those that no described request meets', () => {
    const elsewhere = ['unknown-path', 'method-not-allowed'];
    expect(Object.keys(described.components.examples).sort()).toEqual(
      Object.keys(problemTypes)
        .filter((code) => !elsewhere.includes(code))
        .sort(),
    );
  });

  it('narrows the code of a problem to those that the path has', () => {
    const response = described.paths['/v1/orders/{id}']?.get.responses['404'];
    const { schema = {} } = response?.content?.['application/problem+json'] ?? {};
    const problem = Object(resolved(described, described.components.examples['not-found'] ?? {})).value;
    expect(schemas.problems(schema, problem)).toEqual([]);
    expect(schemas.problems(schema, { ...problem, code: 'cursor-expired' })).not.toEqual([]);
  });

  it('marks what is personal', () => {
    const properties = described.components.schemas.CustomersDocument?.properties;
    expect(properties).toMatchObject({ email: { 'x-personal': true }, phone: { 'x-personal': true } });
    expect(properties?.name).not.toHaveProperty('x-personal');
  });

  it('requires all of a document, only the id of a part, and nothing that lists leave out', () => {
    const { CustomersDocument, CustomersItem, CustomersPart } = described.components.schemas;
    expect(CustomersDocument?.required).toContain('recentOrders');
    expect(CustomersItem?.properties).not.toHaveProperty('recentOrders');
    expect(CustomersPart?.required).toEqual(['customerId']);
  });

  it.each([
    { challenges: [], expected: [{}, { bearerToken: ['orders:read'] }, { apiKey: ['orders:read'] }] },
    { challenges: ['Bearer realm="x"'], expected: [{ bearerToken: ['orders:read'] }] },
    { challenges: ['ApiKey realm="x"'], expected: [{ apiKey: ['orders:read'] }] },
  ])('asks for the credentials that are accepted: $challenges', ({ challenges, expected }) => {
    const document = describeApi(views, { challenges });
    expect(document.paths['/v1/orders']?.get.security).toEqual(expected);
    expect(document.paths['/health/live']?.get.security).toEqual([]);
  });

  it('allows of the aggregate of an event what the API takes', () => {
    const { parameters } = operationsOf(described).find(({ path }) => path === '/v1/events/{id}') ?? {};
    const schema = parameters?.find(({ name }) => name === AGGREGATE)?.schema;
    const pattern = new RegExp(String(schema?.pattern), 'u');
    const id = fc.string({
      unit: fc.oneof(fc.constantFrom('.', ',', '/', '\n'), fc.string({ minLength: 1 })),
      maxLength: 140,
    });
    const aggregate = fc.constantFrom('customers', 'products', 'orders', 'shipments');
    const examples = [
      '.',
      '..',
      '...',
      '..a',
      '.a',
      '',
      'a,b',
      'a/b c',
      '订单',
      '\u009f',
      '😀'.repeat(128),
      '😀'.repeat(129),
    ];
    fc.assert(
      fc.property(aggregate, fc.oneof(id, fc.constantFrom(...examples)), (name, given) => {
        const text = `${name}/${given}`;
        const { kind } = readEventRequest(readQueryString(`${AGGREGATE}=${encodeURIComponent(text)}`));
        expect(pattern.test(text), text).toBe(kind === 'request');
      }),
      { numRuns: 500 },
    );
  });

  it('has a view that is registered, by itself', async () => {
    const registered = { ...views, shipments: shipmentsView } as unknown as Readonly<Record<ViewName, View>>;
    const document = describeApi(registered, OPEN);
    const parameters = operationsOf(document).find(({ path }) => path === '/v1/shipments')?.parameters ?? [];
    expect(parameters.map(({ name }) => name)).toEqual(expect.arrayContaining(['q', 'carrier', 'city', 'sort']));
    expect(Object.keys(document.components.schemas.ShipmentsDocument?.properties ?? {})).toContain('trackingNo');
    const config = await createConfig({ extends: ['recommended'] });
    expect(await lintFromString({ source: JSON.stringify(document), config })).toEqual([]);
    const example = document.paths['/v1/shipments/{id}']?.get.responses['200']?.content?.['application/json'];
    expect(new Schemas(document).problems(example?.schema ?? {}, example?.example)).toEqual([]);
  });
});
