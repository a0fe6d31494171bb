/** The description of the API, and the checker of values against its schemas. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describeApi } from '../../../api/openapi/document.js';
import type { JsonSchema } from '../../../api/openapi/json-schema.js';
import type { OpenApi, Operation, Parameter, Reference } from '../../../api/openapi/openapi.js';
import { views } from '../../../mappings/registry.js';

export const OPEN = { challenges: [] };

export const described: OpenApi = describeApi(views, OPEN);

export interface Described {
  readonly path: string;
  readonly operation: Operation;
  readonly parameters: readonly Parameter[];
}

export function operationsOf(document: OpenApi): Described[] {
  return Object.entries(document.paths).map(([path, { get: operation }]) => ({
    path,
    operation,
    parameters: (operation.parameters ?? []).map((parameter) => resolved(document, parameter)),
  }));
}

/** What a reference within the document stands for, or the thing itself. */
export function resolved<Thing extends object>(document: OpenApi, thing: Thing | Reference): Thing {
  if (!('$ref' in thing)) return thing;
  let value: unknown = document;
  for (const step of thing.$ref.slice(2).split('/')) value = Reflect.get(Object(value), step);
  return value as Thing;
}

/** Checks values by schemas of the document, which may refer to others of it. */
export class Schemas {
  // Unknown keywords are OpenAPI's own; that the document is valid is tested elsewhere.
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });
  readonly #compiled = new Map<JsonSchema, ValidateFunction>();

  constructor({ components }: OpenApi) {
    addFormats.default(this.#ajv);
    this.#ajv.addSchema({ $id: 'https://schemas.test/api', components });
  }

  /** What is wrong with the value, or nothing. */
  problems(schema: JsonSchema, value: unknown): string[] {
    let validate = this.#compiled.get(schema);
    if (validate === undefined) {
      validate = this.#ajv.compile(absolute(schema));
      this.#compiled.set(schema, validate);
    }
    if (validate(value)) return [];
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  }
}

function absolute(schema: JsonSchema): JsonSchema {
  return JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"https://schemas.test/api#/'));
}
