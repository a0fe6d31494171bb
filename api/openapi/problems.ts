/** Problem answers, by status, out of the catalogue of problems. */
import { type ProblemCode, problemTypes } from '../http/problems.js';
import { requestIdExample } from './examples.js';
import { type HeaderName, headerRefs } from './headers.js';
import { schemaRef } from './json-schema.js';
import type { Example, Paths, Response } from './openapi.js';
import { refTo } from './openapi.js';

const PROBLEM_TYPE = 'application/problem+json';

/** One response for each status that the codes have. */
export function problemResponses(
  codes: readonly ProblemCode[],
  headers: readonly HeaderName[] = ['X-Request-Id'],
): Record<string, Response> {
  const statuses = new Set(codes.map((code) => problemTypes[code].status));
  return Object.fromEntries(
    [...statuses].sort().map((status) => {
      const same = codes.filter((code) => problemTypes[code].status === status);
      return [String(status), problemResponse(status, same, headers)];
    }),
  );
}

/** Headers that a status has whatever the path. */
const STATUS_HEADERS: Readonly<Record<number, HeaderName>> = {
  401: 'WWW-Authenticate',
  429: 'Retry-After',
  503: 'Retry-After',
};

function problemResponse(status: number, codes: readonly ProblemCode[], headers: readonly HeaderName[]): Response {
  const own = STATUS_HEADERS[status];
  return {
    description: codes.map((code) => `\`${code}\`: ${problemTypes[code].title}.`).join(' '),
    headers: headerRefs(...headers, ...(own === undefined ? [] : [own])),
    content: {
      [PROBLEM_TYPE]: {
        schema: {
          allOf: [schemaRef('Problem'), { type: 'object', properties: { code: { enum: [...codes] } } }],
        },
        examples: Object.fromEntries(codes.map((code) => [code, refTo('examples', code)])),
      },
    },
  };
}

const DETAILS: { readonly [Code in ProblemCode]?: string } = {
  'invalid-parameters': 'errors names each of them and what is allowed.',
  'not-found': 'There is no document with this id among the orders.',
  'not-ready': 'No generation of documents is served yet; the projector makes one when it starts.',
  'store-unavailable': 'Elasticsearch does not answer. Try again.',
};

/** Every code that some path may answer with. */
export function documentedProblems(paths: Paths): ReadonlySet<ProblemCode> {
  const responses = Object.values(paths).flatMap(({ get }) => Object.values(get.responses));
  const named = responses.flatMap(({ content }) => Object.keys(content?.[PROBLEM_TYPE]?.examples ?? {}));
  return new Set(named as ProblemCode[]);
}

/** An example of each problem, by its code. */
export function problemExamples(codes: Iterable<ProblemCode>): Record<string, Example> {
  return Object.fromEntries([...codes].map((code) => [code, { summary: problemTypes[code].title, value: body(code) }]));
}

function body(code: ProblemCode) {
  const { title, status } = problemTypes[code];
  return {
    type: `urn:problem-type:${code}`,
    title,
    status,
    detail: DETAILS[code] ?? `${title}.`,
    instance: requestIdExample,
    code,
    ...(code === 'invalid-parameters'
      ? { errors: [{ parameter: 'size', message: 'must be a whole number from 1' }] }
      : {}),
    ...(code === 'answer-too-large' ? { errors: [{ parameter: 'size', message: 'give a smaller one' }] } : {}),
    ...(code === 'wait-timeout' ? { reached: { 'orders/o-1001': 3 }, fanOut: [] } : {}),
  };
}
