/** JSON Schemas (2020-12) out of the schemas that the views declare, and what follows from them. */
import { z } from 'zod';
import { fieldMarks } from '../../mappings/views/kinds.js';

export type JsonSchema = z.core.JSONSchema.JSONSchema;

const INSTANT = String.raw`^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$`;

/** The whole value, every field of it there. */
export function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...described } = z.toJSONSchema(schema, {
    io: 'output',
    override: ({ zodSchema, jsonSchema }) => {
      const { personal, needs } = fieldMarks.get(zodSchema) ?? {};
      if (personal === true) jsonSchema['x-personal'] = true;
      if (needs !== undefined) jsonSchema['x-scope'] = needs;
    },
  });
  return tidied(described);
}

function tidied(schema: JsonSchema): JsonSchema {
  // `readOnly` means something else in OpenAPI: a property that must not be sent.
  const { readOnly: _, propertyNames: __, anyOf, ...rest } = withEachInside(schema, tidied);
  const [value, none, ...others] = anyOf ?? [];
  // `anyOf: [X, null]` says no more than X with one more type, and reads worse.
  if (value !== undefined && none?.type === 'null' && others.length === 0) return { ...orNull(tidied(value)), ...rest };
  return {
    ...rest,
    ...(anyOf === undefined ? {} : { anyOf }),
    ...(rest.format === 'date-time' ? { pattern: INSTANT } : {}),
  };
}

function orNull(schema: JsonSchema): JsonSchema {
  if (schema.type === undefined) return { anyOf: [schema, { type: 'null' }] };
  const types = new Set([schema.type].flat());
  types.add('null');
  const listed = schema.enum === undefined ? {} : { enum: [...new Set([...schema.enum, null])] };
  return { ...schema, type: [...types], ...listed };
}

/** What `fields` may leave of a value: nothing is required but these, and not even those further inside. */
export function partOf(schema: JsonSchema, required: readonly string[] = []): JsonSchema {
  const { required: _, ...part } = withEachInside(schema, (inner) => partOf(inner));
  return required.length === 0 ? part : { ...part, required: [...required] };
}

/** A value whose fields may be unknown: each of them may be `null`, however deep, but for these. */
export function unknownsOf(schema: JsonSchema, known: readonly string[] = []): JsonSchema {
  return withEachInside(schema, (inner, name) => {
    const unknowns = unknownsOf(inner);
    return name !== null && !known.includes(name) ? orNull(unknowns) : unknowns;
  });
}

/** The schema without some of its properties. */
export function withoutProperties(schema: JsonSchema, names: readonly string[]): JsonSchema {
  const properties = Object.entries(schema.properties ?? {}).filter(([name]) => !names.includes(name));
  return {
    ...schema,
    properties: Object.fromEntries(properties),
    required: (schema.required ?? []).filter((name) => !names.includes(name)),
  };
}

/** The schema with further properties that may be missing. */
export function withProperties(schema: JsonSchema, further: Readonly<Record<string, JsonSchema>>): JsonSchema {
  return { ...schema, properties: { ...schema.properties, ...further } };
}

/** An object with these fields, all required unless named as optional, and no others. */
export function objectOf(
  properties: Readonly<Record<string, JsonSchema>>,
  optional: readonly string[] = [],
): JsonSchema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', properties, required, additionalProperties: false };
}

export function schemaRef(name: string): JsonSchema {
  return { $ref: `#/components/schemas/${name}` };
}

/** Applies to each property, with its name, and to the elements of a list or map. */
function withEachInside(
  schema: JsonSchema,
  change: (inner: JsonSchema, name: string | null) => JsonSchema,
): JsonSchema {
  const { properties, items, additionalProperties } = schema;
  return {
    ...schema,
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, inner]) => [name, isSchema(inner) ? change(inner, name) : inner]),
          ),
        }),
    ...(isSchema(items) ? { items: change(items, null) } : {}),
    ...(isSchema(additionalProperties) ? { additionalProperties: change(additionalProperties, null) } : {}),
  };
}

function isSchema(schema: unknown): schema is JsonSchema {
  return typeof schema === 'object' && schema !== null && !Array.isArray(schema);
}
