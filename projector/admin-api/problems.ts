/** What the admin API answers when it does not do what was asked: RFC 9457, as the query API does. */
import type { ErrorRequestHandler, Response } from 'express';
import type { Log } from '../../runtime/log.js';
import { isRefusal } from '../operations/audit.js';
import { DocumentsRefused } from '../operations/refusals.js';
import { Unavailable } from '../ports/errors.js';

const PROBLEMS = {
  'invalid-body': { status: 400, title: 'The body cannot be used' },
  unauthenticated: { status: 401, title: 'The admin token is missing or another one' },
  'method-not-allowed': { status: 405, title: 'The path has other methods' },
  'unknown-path': { status: 404, title: 'There is nothing at this path' },
  refused: { status: 409, title: 'It cannot be done as things are, and nothing has changed' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'not-json': { status: 415, title: 'Send JSON, as application/json' },
  'documents-refused': { status: 422, title: 'A store refuses documents for good; all else was done' },
  'misdirected-host': { status: 421, title: 'The admin API is not served under that name' },
  internal: { status: 500, title: 'The operation failed' },
  'store-unavailable': { status: 503, title: 'A server does not answer' },
} as const;

export type AdminProblemCode = keyof typeof PROBLEMS;

export interface BodyError {
  /** Where in the body, `from.time`; empty for all of it. */
  readonly path: string;
  readonly message: string;
}

/** An answer is never far larger than its question: so many are told, and each quotes no more. */
const ERRORS_TOLD_MAX = 50;
const TOLD_LENGTH_MAX = 500;

function toldErrors(errors: readonly BodyError[]): readonly BodyError[] {
  const told = errors
    .slice(0, ERRORS_TOLD_MAX)
    .map(({ path, message }) => ({ path: shortened(path), message: shortened(message) }));
  const left = errors.length - told.length;
  return left === 0 ? told : [...told, { path: '', message: `and ${left} more problems` }];
}

function shortened(text: string): string {
  return text.length <= TOLD_LENGTH_MAX ? text : `${text.slice(0, TOLD_LENGTH_MAX)}…`;
}

export class AdminProblem extends Error {
  override readonly name = 'AdminProblem';

  constructor(
    readonly code: AdminProblemCode,
    readonly detail: string,
    readonly errors?: readonly BodyError[],
  ) {
    super(detail);
  }
}

export function answerProblems(log: Log): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    const problem = problemOf(error);
    if (problem.code === 'internal') {
      log.error({ err: error, method: request.method, path: request.path }, 'an operation failed');
    }
    if (response.headersSent) next(error);
    else send(response, problem);
  };
}

function problemOf(error: unknown): AdminProblem {
  if (error instanceof AdminProblem) return error;
  if (isRefusal(error)) return new AdminProblem('refused', error.message);
  if (error instanceof DocumentsRefused) return new AdminProblem('documents-refused', error.message);
  if (error instanceof Unavailable) return new AdminProblem('store-unavailable', error.message);
  if (error instanceof URIError) return new AdminProblem('unknown-path', 'The path is not percent-encoded UTF-8.');
  switch (bodyStatusOf(error)) {
    case 400:
      return new AdminProblem('invalid-body', 'The body is not JSON, or not as long or encoded as its headers say.');
    case 413:
      return new AdminProblem('body-too-large', 'A body has at most 16 kB.');
    case 415:
      return new AdminProblem('not-json', 'Send JSON in UTF-8, plain or with Content-Encoding gzip, deflate or br.');
  }
  return new AdminProblem('internal', 'The log of the projector says more.');
}

/** Of what the parser of bodies refuses: its errors alone are made to be shown. */
function bodyStatusOf(error: unknown): unknown {
  return error instanceof Error && 'expose' in error && error.expose === true && 'status' in error
    ? error.status
    : null;
}

export function send(response: Response, { code, detail, errors }: AdminProblem): void {
  const { status, title } = PROBLEMS[code];
  if (code === 'unauthenticated') response.set('WWW-Authenticate', 'Bearer');
  if (code === 'store-unavailable') response.set('Retry-After', '1');
  const body = {
    type: 'about:blank',
    title,
    status,
    detail,
    code,
    ...(errors === undefined ? {} : { errors: toldErrors(errors) }),
  };
  response.status(status).type('application/problem+json').send(JSON.stringify(body));
}
