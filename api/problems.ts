/** Every problem that the API answers with, by its code: the only place that knows HTTP's numbers. RFC 9457. */
import type { Response } from 'express';
import type { ParameterError } from './query/given.js';

export const problemTypes = {
  'invalid-parameters': { status: 400, title: 'Some parameters cannot be used' },
  'malformed-url': { status: 400, title: 'The URL cannot be decoded' },
  'not-found': { status: 404, title: 'There is no such document' },
  'unknown-path': { status: 404, title: 'There is nothing at this path' },
  'method-not-allowed': { status: 405, title: 'This can only be read' },
  'cursor-expired': { status: 410, title: 'The documents that the cursor pages through are no longer served' },
  internal: { status: 500, title: 'The API failed' },
  'not-ready': { status: 503, title: 'There are no documents to serve yet', retryAfterSeconds: 1 },
  'store-unavailable': { status: 503, title: 'A store does not answer', retryAfterSeconds: 1 },
  'degraded-unsupported': {
    status: 503,
    title: 'While a store is down this cannot be answered truthfully',
    retryAfterSeconds: 5,
  },
} as const satisfies Record<string, { status: number; title: string; retryAfterSeconds?: number }>;

export type ProblemCode = keyof typeof problemTypes;

/** Thrown by routes, answered by the error handler. */
export class Problem extends Error {
  override readonly name = 'Problem';
  constructor(
    readonly code: ProblemCode,
    readonly detail: string,
    readonly errors?: readonly ParameterError[],
    options?: ErrorOptions,
  ) {
    super(detail, options);
  }
}

export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** The request's id, as in the `X-Request-Id` header and the log. */
  readonly instance: string;
  readonly code: ProblemCode;
  readonly errors?: readonly ParameterError[];
}

export function problemBody({ code, detail, errors }: Problem, requestId: string): ProblemBody {
  const { title, status } = problemTypes[code];
  return {
    type: `urn:problem-type:${code}`,
    title,
    status,
    detail,
    instance: requestId,
    code,
    ...(errors === undefined ? {} : { errors }),
  };
}

export function statusOf({ code }: Problem): number {
  return problemTypes[code].status;
}

export function sendProblem(response: Response, problem: Problem, requestId: string): void {
  const type: { readonly status: number; readonly retryAfterSeconds?: number } = problemTypes[problem.code];
  if (type.retryAfterSeconds !== undefined) response.set('Retry-After', String(type.retryAfterSeconds));
  response
    .status(type.status)
    .type('application/problem+json')
    .send(JSON.stringify(problemBody(problem, requestId)));
}
