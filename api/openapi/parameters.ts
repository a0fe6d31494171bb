/** Parameters of lists and single documents, out of what each view declares. */
import type { View } from '../../mappings/contract.js';
import type { QueryDeclaration } from '../../mappings/queries.js';
import { SNAPSHOT_NAME } from '../../runtime/storage/names.js';
import { guardedPathsOf, pathsOf } from '../query/field-selection.js';
import {
  AS_OF,
  closedSetOf,
  facetNames,
  LIMITS,
  type Parameter as ListParameter,
  NUMBER_MAX,
  parametersOf,
  statNames,
  valuesMaxOf,
} from '../query/parameters.js';
import { shownExample, storedExample } from './examples.js';
import type { JsonSchema } from './json-schema.js';
import { type Parameter, type Reference, refTo } from './openapi.js';

/** Every view's, by the name under which paths refer to them: `orders.status`. */
export function parametersOfViews(views: readonly View[]): Record<string, Parameter> {
  return Object.fromEntries(
    views.flatMap((view) => [
      ...[...parametersOf(view.queries).values()].map((parameter) => [
        componentName(view, parameter.name),
        listParameter(view, parameter),
      ]),
      [componentName(view, 'id'), idParameter(view)],
    ]),
  );
}

export function listParameterRefs(view: View): Reference[] {
  return [...parametersOf(view.queries).keys()].map((name) => refTo('parameters', componentName(view, name)));
}

export function documentParameterRefs(view: View): Reference[] {
  return [
    idParameterRef(view),
    ...['fields', AS_OF.name].map((name) => refTo('parameters', componentName(view, name))),
  ];
}

export function historyParameters(view: View): (Parameter | Reference)[] {
  const size: Parameter = {
    name: 'size',
    in: 'query',
    description: `Events per page; above ${LIMITS.sizeMax} it is ${LIMITS.sizeMax}, as \`page.size\` says.`,
    schema: { type: 'integer', minimum: 1, default: LIMITS.historySizeDefault },
  };
  return [idParameterRef(view), size, refTo('parameters', componentName(view, 'cursor'))];
}

export function asOfParameter(): Parameter {
  return { name: AS_OF.name, in: 'query', ...AS_OF_DETAILS };
}

export function idParameterRef(view: View): Reference {
  return refTo('parameters', componentName(view, 'id'));
}

function componentName({ name }: View, parameter: string): string {
  return `${name}.${parameter}`;
}

function idParameter(view: View): Parameter {
  const { name } = view.queries.id;
  return {
    name: 'id',
    in: 'path',
    required: true,
    description: `The \`${name}\`, percent-encoded.`,
    schema: { type: 'string', minLength: 1, maxLength: 128 },
    example: Reflect.get(Object(view.example), name),
  };
}

/** The example is the schema's: a page on which requests are tried out would send a parameter's own with each. */
function listParameter(view: View, parameter: ListParameter): Parameter {
  const { example, schema, ...others } = details(view, parameter);
  const examples = example === undefined ? {} : { examples: [example] };
  return { name: parameter.name, in: 'query', ...others, schema: { ...schema, ...examples } };
}

type Details = Omit<Parameter, 'name' | 'in'>;

function details(view: View, parameter: ListParameter): Details {
  const { queries } = view;
  switch (parameter.kind) {
    case 'filter': {
      const { filter, excludes } = parameter;
      const { field } = filter;
      const meaning = excludes
        ? 'Equal to none of the values; documents without a value are not excluded'
        : 'Equal to any of the values';
      return list(filterElement(parameter), valuesMaxOf(filter), {
        repeated: true,
        description: `${meaning}. ${LIST_SYNTAX}`,
        example: [storedExample(view, field)],
      });
    }
    case 'range': {
      const { range, bound } = parameter;
      const at = bound === 'min' ? 'At least' : 'At most';
      return {
        description: `${at} this, inclusive. Documents without a value are in no range.`,
        schema: range.type === 'integer' ? INTEGER : NUMBER,
        example: storedExample(view, range.field),
      };
    }
    case 'time': {
      const { time, bound } = parameter;
      return {
        description: `${bound === 'from' ? 'At this time or later' : 'Before this time'}, RFC 3339 with a zone.`,
        schema: { type: 'string', format: 'date-time' },
        example: storedExample(view, time.field),
      };
    }
    case 'unhide':
      return {
        description: `\`true\`: also show those that are hidden by default (${hiddenOf(queries)}).`,
        schema: { type: 'boolean', default: false },
        example: true,
      };
    case 'q':
      return {
        description:
          `Words that must all occur in the searched fields, in any case; Chinese as consecutive characters. ` +
          `Of more than ${LIMITS.queryWordsMax} words the first ones are looked for.`,
        schema: { type: 'string', maxLength: LIMITS.queryLengthMax },
        example: wordsExample(view),
      };
    case 'highlight':
      return {
        description: '`true`: show with each document where the words of `q`, which it needs, occur.',
        schema: { type: 'boolean', default: false },
        example: true,
      };
    case 'sort':
      return list({ type: 'string', enum: sortTerms(queries) }, LIMITS.sortsMax, {
        description:
          'What to sort by, the first first; `-` is descending. Missing values come last in both directions, ties are ' +
          `settled by \`${queries.id.name}\`.${queries.relevance ? RELEVANCE : ''}`,
        // With `q`, relevance is.
        ...(queries.relevance ? {} : { default: [queries.defaultSort] }),
        example: [queries.defaultSort],
      });
    case 'facets':
      return list({ type: 'string', enum: facetNames(queries) }, LIMITS.fieldsMax, {
        description: 'Filters whose values are to be counted over the whole result, a document once per value.',
        example: facetNames(queries).slice(0, 2),
      });
    case 'multiSelect':
      return {
        description:
          '`true`: what `facets` counts of a filter ignores the values chosen and excluded by that filter itself, as a ' +
          'front end with check boxes shows it.',
        schema: { type: 'boolean', default: false },
        example: true,
      };
    case 'stats':
      return list({ type: 'string', enum: statNames(queries) }, LIMITS.fieldsMax, {
        description:
          'Ranges whose least and greatest value over the whole result are to be told; of money, by currency.',
        example: statNames(queries).slice(0, 2),
      });
    case 'fields': {
      const guarded = guardedPathsOf(queries.fields);
      const notes = guarded.map(({ path, scope }) => ` Without \`${scope}\` there is no \`${path}\`.`);
      const paths = pathsOf(queries.fields);
      return list({ type: 'string', enum: paths }, LIMITS.fieldsMax, {
        description: `Answer only these fields, and \`${queries.id.name}\`. A field takes all that is inside it.${notes.join('')}`,
        example: paths.filter((path) => guarded.every((one) => one.path !== path)).slice(0, 3),
      });
    }
    case 'size':
      return {
        description: `Documents per page; above ${LIMITS.sizeMax} it is ${LIMITS.sizeMax}, as \`page.size\` says.`,
        schema: { type: 'integer', minimum: 1, default: LIMITS.sizeDefault },
        example: 10,
      };
    case 'page':
      return {
        description:
          `Which page, the first without, as long as page × size is at most ${LIMITS.pageReachMax}; \`cursor\` goes ` +
          'further. Not together with `cursor`.',
        schema: { type: 'integer', minimum: 1, maximum: LIMITS.pageReachMax },
        example: 2,
      };
    case 'cursor':
      return {
        description: '`page.next` of the page before, sent with the same parameters (`size` may change).',
        // Without example: a cursor is bound to its request and its API, and any other is refused.
        schema: { type: 'string', pattern: '^[A-Za-z0-9_-]+$' },
      };
    case 'total':
      return {
        description: '`exact`: count to the end, however much there is.',
        schema: { type: 'string', enum: ['exact'] },
        example: 'exact',
      };
    case 'asOf':
      return AS_OF_DETAILS;
  }
}

const AS_OF_DETAILS: Details = {
  description:
    'The name of a snapshot (`/v1/meta` lists them), which is read instead of the present documents. Not together with ' +
    '`Wait-For` or `Max-Staleness`.',
  // Without example: an API has those that were taken.
  schema: { type: 'string', pattern: SNAPSHOT_NAME.source },
};

const INTEGER: JsonSchema = {
  type: 'integer',
  format: 'int64',
  minimum: Number.MIN_SAFE_INTEGER,
  maximum: Number.MAX_SAFE_INTEGER,
};
const NUMBER: JsonSchema = { type: 'number', minimum: -NUMBER_MAX, maximum: NUMBER_MAX };
const LIST_SYNTAX = 'Repeated, or separated by commas; inside a value, `\\,` is a comma and `\\\\` a backslash.';
const RELEVANCE = ' `relevance` is best first, has no `-`, needs `q`, and is the default when `q` is given.';

function filterElement({ filter }: Extract<ListParameter, { kind: 'filter' }>): JsonSchema {
  if (filter.kind === 'boolean') return { type: 'boolean' };
  const values = closedSetOf(filter);
  if (values !== undefined) return { type: 'string', enum: [...values] };
  return { type: 'string', maxLength: LIMITS.valueLengthMax };
}

/** A list that may also be written the other way: repeated, or separated by commas. */
function list(
  items: JsonSchema,
  maxItems: number,
  about: { description: string; repeated?: true; default?: unknown; example: unknown },
): Details {
  const { description, repeated, example } = about;
  return {
    description,
    style: 'form',
    explode: repeated === true,
    schema: {
      type: 'array',
      items,
      minItems: 1,
      maxItems,
      ...(about.default === undefined ? {} : { default: about.default }),
    },
    example,
  };
}

function sortTerms({ sorts, relevance }: QueryDeclaration): string[] {
  const names = Object.keys(sorts);
  return [...names, ...names.map((name) => `-${name}`), ...(relevance ? ['relevance'] : [])];
}

function hiddenOf({ hidden }: QueryDeclaration): string {
  return hidden === undefined ? '' : `\`${hidden.filter}\` ${hidden.values.join(' or ')}`;
}

/** The first word of a text that is searched. */
function wordsExample(view: View): string {
  const [field] = view.queries.search.filter(({ kind }) => kind === 'text');
  return field === undefined ? 'words' : (String(shownExample(view, field.shown)).split(' ')[0] ?? '');
}
