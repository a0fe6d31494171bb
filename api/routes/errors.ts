/** Turns whatever a route throws into a problem; nothing of its inside leaves the process. */
import type { ErrorRequestHandler, RequestHandler } from 'express';
import type { Log } from '../../runtime/log.js';
import { NotReady, StoreUnavailable } from '../ports.js';
import { Problem, sendProblem, statusOf } from '../problems.js';
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

export function answerErrors(log: Log): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    const problem = problemOf(error);
    const id = requestIdOf(response);
    const facts = { requestId: id, method: request.method, url: request.originalUrl, err: error };
    if (problem.code === 'internal') log.error(facts, 'a request failed');
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
  if (error instanceof StoreUnavailable) return new Problem('store-unavailable', `${error.message} Try again.`);
  if (error instanceof NotReady) return new Problem('not-ready', error.message);
  if (error instanceof URIError) return new Problem('malformed-url', 'The path is not percent-encoded UTF-8.');
  return new Problem(
    'internal',
    'The request failed for a reason that lies in the API. The log has it, under the id in instance.',
  );
}
