/** The paths of each view: its list and its documents, and a customer's orders. */
import type { View } from '../../mappings/contract.js';
import type { AggregateName } from '../../mappings/events/event.js';
import { aggregateOf } from '../../mappings/keys.js';
import type { ProblemCode } from '../http/problems.js';
import { LIMITS } from '../query/parameters.js';
import { freshnessExample } from './examples.js';
import { headerRefs, requestHeaderRefs, V1_HEADERS } from './headers.js';
import { type JsonSchema, schemaRef } from './json-schema.js';
import type { Content, Operation, Paths, Response } from './openapi.js';
import { documentParameterRefs, historyParameters, idParameterRef, listParameterRefs } from './parameters.js';
import { problemResponses } from './problems.js';
import { DEGRADED_ORDERS, schemaNames } from './schemas.js';
import type { SecurityOf } from './security.js';

/** What may befall any request, whatever it asks for. */
export const ANY_REQUEST = [
  'malformed-request',
  'request-timeout',
  'body-not-allowed',
  'misdirected-host',
  'headers-too-large',
  'internal',
] as const satisfies readonly ProblemCode[];

/** What may befall any question under `/v1`. */
export const ANY_QUESTION = [
  'invalid-parameters',
  'ambiguous-credentials',
  'unauthenticated',
  'rate-limited',
  'not-ready',
  'store-unavailable',
  'access-unavailable',
  'overloaded',
  ...ANY_REQUEST,
] as const satisfies readonly ProblemCode[];

/** What may befall whoever asks for documents. */
export const ANY_READING = [
  ...ANY_QUESTION,
  'forbidden',
  'unknown-snapshot',
  'wait-timeout',
  'wait-crowded',
  'too-stale',
] as const satisfies readonly ProblemCode[];

export function viewPaths(view: View, security: SecurityOf): Paths {
  const aggregate = aggregateOf(view);
  return {
    [`/v1/${view.name}`]: { get: listOperation(view, security) },
    [`/v1/${view.name}/{id}`]: { get: documentOperation(view, security) },
    ...(aggregate === null
      ? {}
      : { [`/v1/${view.name}/{id}/history`]: { get: historyOperation(view, aggregate, security) } }),
  };
}

function historyOperation(view: View, aggregate: AggregateName, security: SecurityOf): Operation {
  const { name, queries } = view;
  return {
    operationId: `history-of-${name}`,
    tags: [name],
    summary: `What happened to one of the ${name}, event by event`,
    description:
      'Its events in their own order, read in Kafka again, each with the document as of it: what the document takes from ' +
      'other aggregates, and sums, are as now. Callers that are bound to a customer see the time in which it was theirs, ' +
      'without positions. What is behind the newest 64 is searched for, for a bounded time.',
    security: security(queries.access.scope),
    parameters: [...historyParameters(view), ...requestHeaderRefs('Wait-For', 'Max-Staleness')],
    responses: {
      '200': {
        description: 'A page of the events, oldest first.',
        headers: headerRefs(...V1_HEADERS, 'Link'),
        content: json(schemaRef(schemaNames(view).history), historyExample(view, aggregate)),
      },
      ...problemResponses(
        [...ANY_READING, 'malformed-url', 'not-found', 'cursor-expired', 'answer-too-large', 'history-unavailable'],
        V1_HEADERS,
      ),
    },
  };
}

function historyExample(view: View, aggregate: AggregateName) {
  const document = view.example;
  const moment = {
    ...{ eventId: 'e-1', type: eventTypeOf(aggregate), sequence: 1, time: '2026-11-02T01:30:00.000Z' },
    ...{
      position: { topic: aggregate, partition: 0, offset: 12 },
      changed: Object.keys(Object(document)),
      document,
    },
  };
  const page = { size: LIMITS.historySizeDefault, next: null };
  return { data: [moment], complete: true, page, freshness: freshnessExample };
}

/** One of the types that found an aggregate. */
function eventTypeOf(aggregate: AggregateName): string {
  return { orders: 'order.placed', products: 'product.created', customers: 'customer.registered' }[aggregate];
}

function listOperation(view: View, security: SecurityOf): Operation {
  const { name, queries } = view;
  return {
    operationId: `list-${name}`,
    tags: [name],
    summary: `Search and list ${name}`,
    description: `Sorted by \`${queries.defaultSort}\` unless \`sort\` says otherwise.${hiddenNote(view)}${degradedNote(view)}`,
    security: security(queries.access.scope),
    parameters: [...listParameterRefs(view), ...requestHeaderRefs('Wait-For', 'Max-Staleness')],
    responses: {
      '200': listResponse(view, schemaRef(schemaNames(view).list), { plain: listExample(view) }),
      ...problemResponses([...ANY_READING, 'cursor-expired', 'answer-too-large'], V1_HEADERS),
    },
  };
}

function documentOperation(view: View, security: SecurityOf): Operation {
  const { name, queries } = view;
  const example = { data: view.example, freshness: freshnessExample };
  const headers = headerRefs(...V1_HEADERS, 'ETag');
  return {
    operationId: `get-${name}`,
    tags: [name],
    summary: `One of the ${name}, by its id`,
    security: security(queries.access.scope),
    parameters: [...documentParameterRefs(view), ...requestHeaderRefs('Wait-For', 'Max-Staleness', 'If-None-Match')],
    responses: {
      '200': { description: 'The document.', headers, content: json(schemaRef(schemaNames(view).answer), example) },
      '304': { description: 'The document is still what `If-None-Match` says.', headers },
      ...problemResponses([...ANY_READING, 'malformed-url', 'not-found', 'answer-too-large'], V1_HEADERS),
    },
  };
}

/** `orders`, of the customer that the path names. */
export function customerOrdersPath(customers: View, orders: View, security: SecurityOf): Paths {
  const example = { ...listExample(orders), degraded: true };
  const operation: Operation = {
    operationId: 'list-orders-of-customer',
    tags: [customers.name],
    summary: "A customer's orders",
    description:
      `Takes the parameters of \`/v1/${orders.name}\`. While the store of the orders is down, the newest of them are answered ` +
      "out of the customer's document, with `degraded: true` and `null` for what it does not hold; else as they were a moment ago.",
    security: security(orders.queries.access.scope),
    parameters: [
      idParameterRef(customers),
      ...listParameterRefs(orders),
      ...requestHeaderRefs('Wait-For', 'Max-Staleness'),
    ],
    responses: {
      '200': listResponse(
        orders,
        { anyOf: [schemaRef(schemaNames(orders).list), schemaRef(DEGRADED_ORDERS)] },
        { plain: listExample(orders), degraded: example },
      ),
      ...problemResponses(
        [...ANY_READING, 'malformed-url', 'not-found', 'cursor-expired', 'answer-too-large', 'degraded-unsupported'],
        V1_HEADERS,
      ),
    },
  };
  return { [`/v1/${customers.name}/{id}/${orders.name}`]: { get: operation } };
}

function listResponse(view: View, schema: JsonSchema, examples: Readonly<Record<string, unknown>>): Response {
  return {
    description: `A page of ${view.name}.`,
    headers: headerRefs(...V1_HEADERS, 'Link'),
    content: {
      'application/json': {
        schema,
        examples: Object.fromEntries(
          Object.entries(examples).map(([name, value]) => [name, { summary: `A ${name} answer`, value }]),
        ),
      },
    },
  };
}

function listExample(view: View) {
  const document = Object.entries(Object(view.example)).filter(([field]) => !view.queries.listOmits.includes(field));
  return {
    data: [Object.fromEntries(document)],
    page: { size: 20, number: 1, next: null },
    total: { value: 1, relation: 'eq' },
    freshness: freshnessExample,
  };
}

function degradedNote({ storage }: View): string {
  if (storage.store !== 'elasticsearch') return '';
  return ' While their store is down, an answer of a moment ago is given again, with `degraded: true`.';
}

function hiddenNote({ queries: { hidden } }: View): string {
  if (hidden === undefined) return '';
  const { filter, values, unless } = hidden;
  return ` Those whose \`${filter}\` is ${values.join(' or ')} are hidden unless \`${unless}=true\` or \`${filter}\` is given.`;
}

export function json(schema: JsonSchema, example: unknown): Readonly<Record<string, Content>> {
  return { 'application/json': { schema, example } };
}

export const EVENT_PATH = '/v1/events';

export const SUGGEST_PATH = '/v1/suggest';
