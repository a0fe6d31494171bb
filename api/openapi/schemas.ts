/** The shapes of answers: each view's documents and lists, and what all of them share. */
import type { View } from '../../mappings/contract.js';
import { aggregateOf } from '../../mappings/keys.js';
import { problemTypes } from '../http/problems.js';
import { FACET_VALUES_MAX, STAT_CURRENCIES_MAX, TOTAL_CAP } from '../ports/document-query.js';
import { facetNames, LIMITS, statNames } from '../query/parameters.js';
import {
  type JsonSchema,
  jsonSchemaOf,
  objectOf,
  partOf,
  schemaRef,
  unknownsOf,
  withoutProperties,
  withProperties,
} from './json-schema.js';

const COUNT: JsonSchema = { type: 'integer', minimum: 0 };
const TIME: JsonSchema = { type: 'string', format: 'date-time' };
const TEXT: JsonSchema = { type: 'string' };

const PAGE: Readonly<Record<string, JsonSchema>> = {
  size: { type: 'integer', minimum: 1, maximum: LIMITS.sizeMax },
  next: { type: ['string', 'null'], description: 'The cursor of the next page; `null` at the end.' },
};

/** What every view's answers consist of. */
export const sharedSchemas: Readonly<Record<string, JsonSchema>> = {
  Page: {
    description: 'Where this page is.',
    ...objectOf({
      ...PAGE,
      number: { type: ['integer', 'null'], minimum: 1, description: '`null` after a cursor.' },
    }),
  },
  Total: {
    description: `How many there are, counted up to ${TOTAL_CAP} (\`gte\`: there may be more) unless \`total=exact\`.`,
    ...objectOf({ value: COUNT, relation: { type: 'string', enum: ['eq', 'gte'] } }),
  },
  FacetCounts: {
    description: 'Values and how many documents have them, most frequent first.',
    type: 'array',
    maxItems: FACET_VALUES_MAX,
    items: objectOf({ value: { type: ['string', 'boolean'] }, count: { type: 'integer', minimum: 1 } }),
  },
  Span: {
    description: 'The least and the greatest value; `null` when no document has one.',
    ...objectOf({ min: { type: ['number', 'null'] }, max: { type: ['number', 'null'] } }),
  },
  SpanByCurrency: {
    description: 'The least and the greatest amount in minor units, by currency: of the documents with one in it.',
    type: 'object',
    maxProperties: STAT_CURRENCIES_MAX,
    additionalProperties: objectOf({ min: { type: 'integer' }, max: { type: 'integer' } }),
  },
  Freshness: {
    description: 'How far the documents are behind the events; `null` while that cannot be told.',
    ...objectOf({
      lagEvents: {
        type: ['integer', 'null'],
        minimum: 0,
        description: 'Events whose effects are not in every document yet.',
      },
      lagMs: { type: ['number', 'null'], minimum: 0, description: 'Age of the oldest such event in milliseconds.' },
      refused: {
        type: ['integer', 'null'],
        minimum: 0,
        description: 'Documents that their store refuses for good: they are as they were before, or not there.',
      },
      asOf: TIME,
    }),
  },
  Problem: {
    description: 'What went wrong (RFC 9457).',
    ...objectOf(
      {
        type: { type: 'string', format: 'uri' },
        title: TEXT,
        status: { type: 'integer', minimum: 400, maximum: 599 },
        detail: TEXT,
        instance: { type: 'string', description: "The request's id, as in `X-Request-Id` and in the log." },
        code: { type: 'string', enum: Object.keys(problemTypes) },
        errors: {
          type: 'array',
          description: 'Each parameter that cannot be used, and what is allowed.',
          items: objectOf({ parameter: TEXT, message: TEXT }),
        },
        reached: {
          type: 'object',
          description: 'Of a `Wait-For` in vain: the highest visible sequence of each aggregate, `null` for none.',
          additionalProperties: { type: ['integer', 'null'], minimum: 1 },
        },
        fanOut: {
          type: 'array',
          description:
            'Of a `Wait-For` in vain: the jobs that have still to bring an event to documents that refer to it.',
          items: objectOf({
            aggregate: { type: 'string', description: 'As `Wait-For` names it.' },
            view: TEXT,
            documents: {
              type: ['integer', 'null'],
              minimum: 0,
              description: 'Written in the pass under way; `null` for callers that are bound to a customer.',
            },
            since: { ...TIME, description: 'When the change was met for which the job was recorded.' },
          }),
        },
      },
      ['errors', 'reached', 'fanOut'],
    ),
  },
};

/** The names of a view's schemas: a view that is registered has them by itself. */
export function schemaNames({ name }: View) {
  const stem = name.charAt(0).toUpperCase() + name.slice(1);
  return {
    document: `${stem}Document`,
    item: `${stem}Item`,
    part: `${stem}Part`,
    answer: `${stem}Answer`,
    history: `${stem}History`,
    facets: `${stem}Facets`,
    stats: `${stem}Stats`,
    list: `${stem}List`,
  };
}

export function schemasOf(view: View): Record<string, JsonSchema> {
  const { queries } = view;
  const names = schemaNames(view);
  const document = jsonSchemaOf(queries.fields);
  return {
    [names.document]: document,
    [names.item]: {
      description: 'A document as lists show it.',
      ...withProperties(withoutProperties(document, queries.listOmits), highlightOf(view)),
    },
    [names.part]: {
      description: 'Those fields of a document that `fields` names, and its id.',
      ...withProperties(partOf(document, [queries.id.name]), highlightOf(view)),
    },
    [names.answer]: objectOf({
      data: { anyOf: [schemaRef(names.document), schemaRef(names.part)] },
      freshness: schemaRef('Freshness'),
    }),
    ...(aggregateOf(view) === null ? {} : { [names.history]: historyOf(names.document) }),
    ...(facetNames(queries).length === 0 ? {} : { [names.facets]: facetsOf(view) }),
    ...(statNames(queries).length === 0 ? {} : { [names.stats]: statsOf(view) }),
    [names.list]: listOf(view, { anyOf: [schemaRef(names.item), schemaRef(names.part)] }),
  };
}

function historyOf(document: string): JsonSchema {
  return objectOf({
    data: { type: 'array', maxItems: LIMITS.sizeMax, items: momentOf(document) },
    complete: {
      type: 'boolean',
      description:
        'Whether all events are there: of a part of them no document can be told. They may be gone from Kafka, or not ' +
        'all found in time.',
    },
    page: objectOf(PAGE),
    freshness: schemaRef('Freshness'),
  });
}

function momentOf(document: string): JsonSchema {
  return objectOf({
    eventId: TEXT,
    type: { type: ['string', 'null'], description: '`null`: the event is no longer in Kafka.' },
    sequence: { type: ['integer', 'null'], minimum: 1 },
    time: TIME,
    position: {
      description: 'Where it stands in Kafka.',
      anyOf: [objectOf({ topic: TEXT, partition: COUNT, offset: COUNT }), { type: 'null' }],
    },
    changed: { type: 'array', items: TEXT, description: 'The fields of the document that it changed.' },
    document: { anyOf: [schemaRef(document), { type: 'null' }] },
  });
}

/** Beside `data` of a list that is answered while its store is down. */
const DEGRADED: Readonly<Record<string, JsonSchema>> = {
  degraded: {
    type: 'boolean',
    const: true,
    description: 'The store is down: the list is as it was at `freshness.asOf`, or as another store knows it.',
  },
};

/** A list of a view's documents; a mark need not be there where the view's lists are answered without it, too. */
function listOf(view: View, item: JsonSchema, isAlwaysDegraded = false): JsonSchema {
  const marks = view.storage.store === 'elasticsearch' ? DEGRADED : {};
  const hasFacets = facetNames(view.queries).length > 0;
  const hasStats = statNames(view.queries).length > 0;
  return objectOf(
    {
      data: { type: 'array', maxItems: LIMITS.sizeMax, items: item },
      ...marks,
      page: schemaRef('Page'),
      total: schemaRef('Total'),
      ...(hasFacets ? { facets: schemaRef(schemaNames(view).facets) } : {}),
      ...(hasStats ? { stats: schemaRef(schemaNames(view).stats) } : {}),
      freshness: schemaRef('Freshness'),
    },
    isAlwaysDegraded ? ['facets', 'stats'] : ['facets', 'stats', 'degraded'],
  );
}

function facetsOf({ queries }: View): JsonSchema {
  const names = facetNames(queries);
  return {
    description: 'By the name of each filter that `facets` named.',
    ...objectOf(Object.fromEntries(names.map((name) => [name, schemaRef('FacetCounts')])), names),
  };
}

function statsOf({ queries }: View): JsonSchema {
  const spans = Object.entries(queries.ranges).map(([name, { money }]) => [
    name,
    schemaRef(money === undefined ? 'Span' : 'SpanByCurrency'),
  ]);
  return {
    description: 'By the name of each range that `stats` named.',
    ...objectOf(Object.fromEntries(spans), statNames(queries)),
  };
}

function highlightOf({ queries }: View): Record<string, JsonSchema> {
  if (queries.search.length === 0) return {};
  const names = queries.search.map(({ shown }) => shown);
  const passages: JsonSchema = { type: 'array', minItems: 1, items: TEXT };
  return {
    highlight: {
      description: 'With `highlight=true`: texts in which words of `q` occur, escaped for HTML, the words in `<em>`.',
      ...objectOf(Object.fromEntries(names.map((name) => [name, passages])), names),
    },
  };
}

export const DEGRADED_ORDERS = 'DegradedOrdersList';

/** Orders out of their customer's document, which holds less of them: what it does not hold is `null`. */
export function degradedOrders(orders: View): JsonSchema {
  const { queries } = orders;
  const document = jsonSchemaOf(queries.fields);
  const known = [queries.id.name, 'customer', 'lines', 'pending', 'sources'];
  const unknowns = unknownsOf(document, known);
  return listOf(orders, { anyOf: [unknowns, partOf(unknowns, [queries.id.name])] }, true);
}
