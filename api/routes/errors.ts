/** Turns whatever a route throws into a problem; nothing of its inside leaves the process. */
import type { ErrorRequestHandler, RequestHandler } from 'express';
import type { Log } from '../../runtime/log.js';
import { withoutSecrets } from '../../runtime/secrets.js';
import { Problem, type ProblemCode, sendProblem, statusOf } from '../http/problems.js';
import { CallerGone, NotReady, StoreRefused, StoreUnavailable } from '../ports/errors.js';
import { requestIdOf } from './request-id.js';

export const unknownPath: RequestHandler = (_request, response) => {
  sendProblem(response, new Problem('unknown-path', 'GET / says what there is.'), requestIdOf(response));
};

export const readOnly: RequestHandler = (request, response, next) => {
  if (request.method === 'GET' || request.method === 'HEAD') {
    next();
    return;
  }
  response.set('Allow', 'GET, HEAD');
  sendProblem(response, new Problem('method-not-allowed', 'Use GET or HEAD.'), requestIdOf(response));
};

/** Asked for by callers, or caused by many of them. */
const QUIET: readonly ProblemCode[] = [
  'overloaded',
  'wait-timeout',
  'wait-crowded',
  'too-stale',
  'access-unavailable',
  'not-ready',
];

export function answerErrors(log: Log): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    // Nobody is there to be answered.
    if (error instanceof CallerGone) return;
    const problem = problemOf(error);
    const id = requestIdOf(response);
    const told = tellingOf(problem, error);
    if (told !== null && log.isLevelEnabled(told.level)) {
      const { method, originalUrl } = request;
      log[told.level]({ requestId: id, method, url: withoutSecrets(originalUrl), err: error }, told.sentence);
    }
    if (response.headersSent) {
      next(error);
      return;
    }
    sendProblem(response, problem, id);
  };
}

/** How it is logged; `null`: not at all, since it is the caller's own. */
function tellingOf(problem: Problem, error: unknown) {
  if (problem.code === 'internal') return { level: 'error', sentence: 'a request failed' } as const;
  // Of these there may be thousands in a second: they are counted, not told.
  if (QUIET.includes(problem.code) || error instanceof StoreRefused) {
    return { level: 'debug', sentence: 'a request was refused' } as const;
  }
  return statusOf(problem) >= 500 ? ({ level: 'warn', sentence: 'a request could not be answered' } as const) : null;
}

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof StoreRefused && error.reason === 'overloaded') {
    return new Problem('overloaded', 'More is asked of a store than it can answer at a time. Try again.');
  }
  if (error instanceof StoreUnavailable) return new Problem('store-unavailable', `${error.message} Try again.`);
  if (error instanceof NotReady) return new Problem('not-ready', error.message);
  if (error instanceof URIError) return new Problem('malformed-url', 'The path is not percent-encoded UTF-8.');
  return new Problem(
    'internal',
    'The request failed for a reason that lies in the API. The log has it, under the id in instance.',
  );
}
