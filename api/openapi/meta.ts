/** What `GET /v1/meta` says of a view, and its schema. */
import type { View } from '../../mappings/contract.js';
import type { Suggest } from '../../mappings/queries.js';
import { SNAPSHOT_CLOCKS } from '../../runtime/storage/records.js';
import { FACET_VALUES_MAX, STAT_CURRENCIES_MAX, TOTAL_CAP } from '../ports/document-query.js';
import {
  closedSetOf,
  facetNames,
  LIMITS,
  type Parameter,
  parametersOf,
  sortNames,
  statNames,
  suggestParameters,
} from '../query/parameters.js';
import { describeFields, FIELD_TYPES } from './fields.js';
import { type JsonSchema, objectOf, schemaRef } from './json-schema.js';
import { SUGGEST_PATH } from './paths.js';

export const META_LIMITS = {
  ...LIMITS,
  totalCap: TOTAL_CAP,
  facetValuesMax: FACET_VALUES_MAX,
  statCurrenciesMax: STAT_CURRENCIES_MAX,
};

/** `offered`: the same view, with those declarations only that exist for the caller. */
export function describeView(view: View, offered: View) {
  const { name, queries, storage } = offered;
  return {
    path: `/v1/${name}`,
    servedFrom: storage.store,
    id: queries.id.name,
    fields: describeFields(view, offered),
    parameters: [...parametersOf(queries).values()].map(describeParameter),
    sorts: sortNames(queries),
    defaultSort: queries.defaultSort,
    facets: facetNames(queries),
    stats: statNames(queries),
    ...(queries.suggest === undefined ? {} : { suggest: describeSuggest(queries.suggest) }),
  };
}

function describeSuggest({ field }: Suggest) {
  return { path: SUGGEST_PATH, field, parameters: [...suggestParameters().values()].map(describeParameter) };
}

const PARAMETER_TYPES = ['text', 'time', 'integer', 'number', 'boolean'] as const;

interface ParameterDescription {
  readonly name: string;
  readonly type: (typeof PARAMETER_TYPES)[number];
  readonly values?: readonly string[];
}

function describeParameter(parameter: Parameter): ParameterDescription {
  const { name } = parameter;
  switch (parameter.kind) {
    case 'filter': {
      const { filter } = parameter;
      if (filter.kind === 'boolean') return { name, type: 'boolean' };
      const values = closedSetOf(filter);
      return { name, type: 'text', ...(values === undefined ? {} : { values }) };
    }
    case 'range':
      return { name, type: parameter.range.type };
    case 'time':
      return { name, type: 'time' };
    case 'unhide':
    case 'highlight':
    case 'multiSelect':
      return { name, type: 'boolean' };
    case 'size':
    case 'page':
      return { name, type: 'integer' };
    case 'total':
      return { name, type: 'text', values: ['exact'] };
    case 'q':
    case 'sort':
    case 'facets':
    case 'stats':
    case 'fields':
    case 'cursor':
    case 'asOf':
      return { name, type: 'text' };
  }
}

const TEXT: JsonSchema = { type: 'string' };
const TEXTS: JsonSchema = { type: 'array', items: TEXT };

const field = objectOf(
  {
    name: { ...TEXT, description: 'As `fields` names it.' },
    type: { type: 'string', enum: [...FIELD_TYPES] },
    nullable: { type: 'boolean' },
    values: TEXTS,
    personal: { type: 'boolean', description: '`null` unless the caller may see personal data.' },
    filters: { ...TEXTS, description: 'The parameters that filter by it.' },
    sorts: { ...TEXTS, description: 'The names in `sort`, without direction.' },
    facets: { ...TEXTS, description: 'The names in `facets`.' },
    stats: { ...TEXTS, description: 'The names in `stats`.' },
    searched: { type: 'boolean', description: 'Whether the words of `q` are looked for in it.' },
  },
  ['values'],
);

const parameters: JsonSchema = {
  type: 'array',
  items: objectOf({ name: TEXT, type: { type: 'string', enum: [...PARAMETER_TYPES] }, values: TEXTS }, ['values']),
};

const view = objectOf(
  {
    path: TEXT,
    servedFrom: { type: 'string', enum: ['elasticsearch', 'mongodb'] },
    id: TEXT,
    fields: { type: 'array', items: field },
    parameters,
    sorts: TEXTS,
    defaultSort: TEXT,
    facets: TEXTS,
    stats: TEXTS,
    suggest: objectOf({ path: TEXT, field: TEXT, parameters }),
  },
  ['suggest'],
);

export const metaSchema: JsonSchema = objectOf({
  generation: { type: 'integer', minimum: 1 },
  businessTimeZone: { ...TEXT, description: 'The IANA time zone of days and months.' },
  reportingCurrency: { ...TEXT, description: 'The currency by which amounts in several currencies sort and compare.' },
  views: { type: 'object', additionalProperties: view },
  snapshots: {
    type: 'array',
    description: 'What `asOf` may name.',
    items: objectOf({
      name: TEXT,
      at: { type: 'string', format: 'date-time' },
      clock: {
        type: 'string',
        enum: [...SNAPSHOT_CLOCKS],
        description:
          'Which events are of then: those recorded by Kafka until then (`log`), or whose own `time` is not later.',
      },
    }),
  },
  limits: { type: 'object', additionalProperties: { type: 'integer' } },
  freshness: schemaRef('Freshness'),
});
