/** Every problem that the API answers with, by its code: the only place that knows HTTP's numbers. RFC 9457. */
import type { Response } from 'express';
import type { Reached } from '../ports/waiting.js';
import { type ParameterError, toldErrors } from '../query/given.js';

export const problemTypes = {
  'invalid-parameters': { status: 400, title: 'Some parameters cannot be used' },
  'malformed-request': { status: 400, title: 'This is not HTTP' },
  'malformed-url': { status: 400, title: 'The URL cannot be decoded' },
  'ambiguous-credentials': { status: 400, title: 'There is more than one credential' },
  unauthenticated: { status: 401, title: 'Nobody is known by these credentials' },
  forbidden: { status: 403, title: 'The caller may not read this' },
  'not-found': { status: 404, title: 'There is no such document' },
  'unknown-snapshot': { status: 404, title: 'There is no such snapshot' },
  'history-too-long': { status: 404, title: 'The event is not among as many as may be searched' },
  'unknown-path': { status: 404, title: 'There is nothing at this path' },
  'method-not-allowed': { status: 405, title: 'This can only be read' },
  'request-timeout': { status: 408, title: 'The request did not arrive in time' },
  'cursor-expired': { status: 410, title: 'The documents that the cursor pages through are no longer served' },
  'changes-expired': { status: 410, title: 'What has changed since then is no longer known' },
  'body-not-allowed': { status: 413, title: 'A request to this API has no body' },
  'misdirected-host': { status: 421, title: 'This API is not served under that name' },
  'answer-too-large': { status: 422, title: 'The answer would be larger than one may be' },
  'headers-too-large': { status: 431, title: 'URL and headers are too large' },
  'rate-limited': { status: 429, title: 'The caller asks more than it may' },
  'too-many-streams': { status: 429, title: 'There are as many streams as there may be', retryAfterSeconds: 5 },
  internal: { status: 500, title: 'The API failed' },
  'not-ready': { status: 503, title: 'There are no documents to serve yet', retryAfterSeconds: 1 },
  'access-unavailable': { status: 503, title: 'Credentials cannot be verified', retryAfterSeconds: 1 },
  'store-unavailable': { status: 503, title: 'A store does not answer', retryAfterSeconds: 1 },
  'changes-unavailable': { status: 503, title: 'Changes cannot be followed now', retryAfterSeconds: 5 },
  'history-unavailable': { status: 503, title: 'Past events cannot be read now', retryAfterSeconds: 1 },
  'too-stale': { status: 503, title: 'The view is older than the caller allows', retryAfterSeconds: 1 },
  'wait-timeout': { status: 503, title: 'An event that was waited for is not visible yet', retryAfterSeconds: 1 },
  'wait-crowded': { status: 503, title: 'Too many requests wait for events', retryAfterSeconds: 1 },
  overloaded: { status: 503, title: 'There is more to do than can be done at a time', retryAfterSeconds: 1 },
  'degraded-unsupported': {
    status: 503,
    title: 'While a store is down this cannot be answered truthfully',
    retryAfterSeconds: 5,
  },
} as const satisfies Record<string, { status: number; title: string; retryAfterSeconds?: number }>;

export type ProblemCode = keyof typeof problemTypes;

/** A fan-out job that has still to bring an event to some documents. */
export interface FanOutProgress {
  /** As `Wait-For` names it. */
  readonly aggregate: string;
  /** Whose documents it writes. */
  readonly view: string;
  /** Written in the pass under way; `null` for a caller that is bound to a customer. */
  readonly documents: number | null;
  /** RFC 3339: when the change was met for which the job was recorded. */
  readonly since: string;
}

/** Thrown by routes, answered by the error handler. */
export class Problem extends Error {
  override readonly name = 'Problem';
  /** Of a wait that was in vain. */
  readonly reached: Reached | undefined;
  readonly fanOut: readonly FanOutProgress[] | undefined;
  constructor(
    readonly code: ProblemCode,
    readonly detail: string,
    readonly errors?: readonly ParameterError[],
    options?: ErrorOptions & { readonly reached?: Reached; readonly fanOut?: readonly FanOutProgress[] },
  ) {
    super(detail, options);
    this.reached = options?.reached;
    this.fanOut = options?.fanOut;
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
  readonly reached?: Reached;
  readonly fanOut?: readonly FanOutProgress[];
}

export function problemBody({ code, detail, errors, reached, fanOut }: Problem, requestId: string): ProblemBody {
  const { title, status } = problemTypes[code];
  return {
    type: `urn:problem-type:${code}`,
    title,
    status,
    detail,
    instance: requestId,
    code,
    ...(errors === undefined ? {} : { errors: toldErrors(errors) }),
    ...(reached === undefined ? {} : { reached }),
    ...(fanOut === undefined ? {} : { fanOut }),
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
