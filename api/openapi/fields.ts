/** A view's fields, one by one: what each holds and what can be done with it. */
import type { View } from '../../mappings/contract.js';
import { pathsOf } from '../query/field-selection.js';
import { exclusionOf, facetNames } from '../query/parameters.js';
import { type JsonSchema, jsonSchemaOf } from './json-schema.js';

export const FIELD_TYPES = ['text', 'time', 'integer', 'number', 'boolean', 'object', 'list', 'map'] as const;

export interface FieldDescription {
  /** As `fields` names it. */
  readonly name: string;
  readonly type: (typeof FIELD_TYPES)[number];
  readonly nullable: boolean;
  /** All that it may be, where that is a closed set. */
  readonly values?: readonly string[];
  /** Shown to callers only that may see personal data; `null` to others. */
  readonly personal: boolean;
  /** The parameters that filter by it. */
  readonly filters: readonly string[];
  /** The names in `sort`, without direction. */
  readonly sorts: readonly string[];
  /** The names in `facets`. */
  readonly facets: readonly string[];
  /** The names in `stats`. */
  readonly stats: readonly string[];
  /** Whether the words of `q` are looked for in it. */
  readonly searched: boolean;
}

/** `offered`: the same view, with those declarations only that exist for the caller. */
export function describeFields(view: View, offered: View): FieldDescription[] {
  const { filters, ranges, times, sorts, search } = offered.queries;
  const counted = facetNames(offered.queries);
  const paths = pathsOf(offered.queries.fields);
  const document = jsonSchemaOf(view.queries.fields);
  const named = (entries: Readonly<Record<string, { readonly field: string }>>, path: string) =>
    Object.entries(entries).flatMap(([name, { field }]) => (shownPath(field, name, paths) === path ? [name] : []));
  return paths.map((path) => ({
    name: path,
    ...typeOf(schemaAt(document, path)),
    filters: [
      ...named(filters, path).flatMap((name) => (counted.includes(name) ? [name, exclusionOf(name)] : [name])),
      ...named(ranges, path).flatMap((name) => [`${name}Min`, `${name}Max`]),
      ...named(times, path).flatMap((name) => [`${name}From`, `${name}To`]),
    ],
    sorts: named(sorts, path),
    facets: named(filters, path).filter((name) => counted.includes(name)),
    stats: named(ranges, path),
    searched: search.some(({ shown }) => shown === path),
  }));
}

/** The document's field that a stored one stands for: itself, or, of the store's own (`keys.name`), what the parameter is called. */
function shownPath(stored: string, name: string, paths: readonly string[]): string | undefined {
  return [stored, name].find((path) => paths.includes(path));
}

function schemaAt(document: JsonSchema, path: string): JsonSchema {
  let schema = document;
  for (const step of path.split('.')) {
    const holder = (schema.items as JsonSchema | undefined) ?? schema;
    schema = (holder.properties as Readonly<Record<string, JsonSchema>> | undefined)?.[step] ?? {};
  }
  return schema;
}

function typeOf(schema: JsonSchema): Pick<FieldDescription, 'type' | 'nullable' | 'values' | 'personal'> {
  const types = [schema.type ?? []].flat();
  const values = schema.enum?.filter((value) => typeof value === 'string');
  return {
    type: nameOf(schema, types[0]),
    nullable: types.includes('null'),
    ...(values === undefined ? {} : { values }),
    personal: schema['x-personal'] === true,
  };
}

function nameOf(schema: JsonSchema, type: string | undefined): FieldDescription['type'] {
  switch (type) {
    case 'integer':
    case 'number':
    case 'boolean':
      return type;
    case 'array':
      return 'list';
    case 'object':
      return schema.properties === undefined ? 'map' : 'object';
    case 'string':
      return schema.format === 'date-time' ? 'time' : 'text';
    default:
      throw new TypeError(`A field of the type ${type} cannot be described.`);
  }
}
