/** Turns whatever a route throws into a problem; nothing of its inside leaves the process. */
import type { ErrorRequestHandler, RequestHandler } from 'express';
import { type Log, withoutSecrets } from '../../runtime/log.js';
import { CallerGone, NotReady, StoreRefused, StoreUnavailable } from '../ports.js';
import { Problem, type ProblemCode, sendProblem, statusOf } from '../problems.js';
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
const QUIET: readonly ProblemCode[] = ['overloaded', 'wait-timeout', 'wait-crowded', 'too-stale'];

export function answerErrors(log: Log): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    // Nobody is there to be answered.
    if (error instanceof CallerGone) return;
    const problem = problemOf(error);
    const id = requestIdOf(response);
    const facts = { requestId: id, method: request.method, url: withoutSecrets(request.originalUrl), err: error };
    if (problem.code === 'internal') log.error(facts, 'a request failed');
    // Of these there may be thousands in a second: they are counted, not told.
    else if (QUIET.includes(problem.code) || error instanceof StoreRefused) log.debug(facts, 'a request was refused');
    else if (statusOf(problem) >= 500) log.warn(facts, 'a request could not be answered');
    if (response.headersSent) {
      next(error);
      return;
    }
    sendProblem(response, problem, id);
  };
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
