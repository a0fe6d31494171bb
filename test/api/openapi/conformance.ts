/** Whether an answer is what the description says of it. */

import type { ProblemCode } from '../../../api/http/problems.js';
import type { JsonSchema } from '../../../api/openapi/json-schema.js';
import type { Header, OpenApi, Parameter, Response } from '../../../api/openapi/openapi.js';
import { resolved, Schemas } from './described.js';
import type { GeneratedRequest } from './requests.js';

export interface Answer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Of HTTP itself, of the connection, and of all answers alike. */
const UNDESCRIBED_HEADERS =
  /^(content-(type|length|security-policy)|date|connection|keep-alive|transfer-encoding|vary|cache-control|accept-ranges|last-modified|strict-transport-security|referrer-policy|origin-agent-cluster|cross-origin-.*|x-(accel-buffering|content-type-options|dns-prefetch-control|download-options|frame-options|permitted-cross-domain-policies|xss-protection))$/;

/** A wait may be in vain, and changes be followed where no log of them is. */
const PROVOKED: readonly ProblemCode[] = ['wait-timeout', 'wait-crowded', 'changes-unavailable'];

export class Conformance {
  readonly #document: OpenApi;
  readonly #schemas: Schemas;
  readonly #provoked: readonly string[];
  readonly #whole = new Map<JsonSchema, JsonSchema>();

  /** `provoked`: codes of 503 that the test brings about beside these. */
  constructor(document: OpenApi, provoked: readonly ProblemCode[] = []) {
    this.#provoked = [...PROVOKED, ...provoked];
    this.#document = document;
    this.#schemas = new Schemas(document);
  }

  /** What is wrong with the answer; nothing when it is as described. */
  problems(request: GeneratedRequest, answer: Answer): string[] {
    const response = request.described.operation.responses[String(answer.status)];
    if (response === undefined) return [`The status ${answer.status} is not described: ${answer.text.slice(0, 300)}`];
    return [
      ...(answer.status >= 500 ? this.#failures(answer) : []),
      ...this.#headerProblems(response, answer),
      ...this.#bodyProblems(request, response, answer),
      ...this.#judgementProblems(request, answer),
    ];
  }

  #failures({ status, text }: Answer): string[] {
    const code: unknown = text === '' ? null : JSON.parse(text).code;
    const isProvoked = status === 503 && (code === null || this.#provoked.includes(String(code)));
    return isProvoked ? [] : [`The API failed: ${status} ${text.slice(0, 300)}`];
  }

  #headerProblems({ headers: described = {} }: Response, { headers }: Answer): string[] {
    const known = Object.entries(described).map(
      ([name, header]) => [name.toLowerCase(), resolved<Header>(this.#document, header)] as const,
    );
    const names = new Set(known.map(([name]) => name));
    return [
      ...Object.keys(headers)
        .filter((name) => !names.has(name) && !UNDESCRIBED_HEADERS.test(name))
        .map((name) => `The header ${name} is not described.`),
      ...known.flatMap(([name, { required, schema }]) => {
        const value = headers[name];
        if (value === undefined) return required === true ? [`The header ${name} is missing.`] : [];
        return this.#schemas.problems(schema, typed(value, schema)).map((problem) => `The header ${name} ${problem}.`);
      }),
    ];
  }

  #bodyProblems({ method, query }: GeneratedRequest, { content }: Response, answer: Answer): string[] {
    if (method === 'HEAD' || content === undefined) return answer.text === '' ? [] : ['There is a body.'];
    const type = (answer.headers['content-type'] ?? '').split(';')[0] ?? '';
    const described = content[type];
    if (described === undefined) return [`The content type ${type} is not described.`];
    const value: unknown = type.endsWith('json') ? JSON.parse(answer.text) : answer.text;
    const isPart = query.some(([name]) => name === 'fields');
    const schema = isPart ? described.schema : this.#wholeOf(described.schema);
    return this.#schemas.problems(schema, value).map((problem) => `The body${problem}: ${answer.text.slice(0, 300)}`);
  }

  /** Without `fields`, parts of documents are no answer. */
  #wholeOf(schema: JsonSchema): JsonSchema {
    const known = this.#whole.get(schema);
    if (known !== undefined) return known;
    const named = this.#document.components.schemas[nameIn(schema.$ref)] ?? schema;
    const whole = JSON.parse(JSON.stringify(named).replaceAll(/,?\{"\$ref":"#\/components\/schemas\/\w+Part"\}/g, ''));
    this.#whole.set(schema, whole);
    return whole;
  }

  /** What the schemas of the parameters do not allow is refused, and nothing else is, but for what they cannot say. */
  #judgementProblems(request: GeneratedRequest, answer: Answer): string[] {
    const { described, query, rawQuery, method } = request;
    if (rawQuery !== '' || method === 'HEAD' || !described.path.startsWith('/v1/')) return [];
    // Whoever may not ask does not learn what is wrong with the question.
    if (answer.status === 401 || answer.status === 403) return [];
    const parameters = new Map(described.parameters.flatMap((one) => (one.in === 'query' ? [[one.name, one]] : [])));
    const needed = [...parameters.values()].flatMap(({ name, required }) => (required === true ? [name] : []));
    const bad = [...new Set([...needed, ...query.map(([name]) => name)])].filter((name) => {
      // The header of that name counts, and the parameter is not looked at.
      if (name === 'lastEventId' && request.headers['Last-Event-ID'] !== undefined) return false;
      const values = query.flatMap(([other, value]) => (other === name ? [value] : []));
      return !this.#allows(parameters.get(name), values);
    });
    const refused = new Set(answer.status === 400 ? refusedNames(answer) : []);
    const misjudged = [...refused].filter((name) => parameters.has(name) && !bad.includes(name));
    return [
      ...bad.filter((name) => !refused.has(name)).map((name) => `${JSON.stringify(name)} is not refused.`),
      ...misjudged.filter((name) => !isExcused(name, request)).map((name) => `${name} is refused: ${answer.text}`),
    ];
  }

  #allows(parameter: Parameter | undefined, values: readonly string[]): boolean {
    if (parameter === undefined) return false;
    const { schema } = parameter;
    if (schema.type !== 'array') {
      const [value, ...others] = values;
      if (value === undefined || others.length > 0) return false;
      return this.#schemas.problems(schema, typed(value, schema)).length === 0;
    }
    const elements = values.flatMap((value) => value.split(',')).map((one) => typed(one, schema.items as JsonSchema));
    return this.#schemas.problems(schema, elements).length === 0;
  }
}

function nameIn(reference: string | undefined): string {
  return reference?.split('/').at(-1) ?? '';
}

function refusedNames({ text }: Answer): string[] {
  const { errors = [] }: { errors?: { parameter: string }[] } = JSON.parse(text);
  return errors.map(({ parameter }) => parameter);
}

/** Whether the parameter may be refused for a reason that no schema can tell: one that lies between parameters. */
function isExcused(name: string, { query, described, headers }: GeneratedRequest): boolean {
  // Ids, fields and views must go together there, and an event must have been.
  if (described.path === '/v1/changes') return true;
  switch (name) {
    // Bound to a request and signed.
    case 'cursor':
    // `page` × `size`; never with `cursor`.
    case 'page':
    // `relevance` needs `q`; nothing twice.
    case 'sort':
    // Needs `q`.
    case 'highlight':
      return true;
    // What is personal does not exist for every caller.
    case 'fields':
      return 'X-Api-Key' in headers && /email|phone/.test(JSON.stringify(query));
    default:
      return false;
  }
}

/** A text as the type that the schema asks for, as it is where it is none. */
function typed(text: string, { type }: JsonSchema): unknown {
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  if (type === 'integer' && /^-?\d+$/.test(text)) return Number(text);
  if (type === 'number' && /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text)) return Number(text);
  return text;
}
