/** Who asks, found out once per request, before any route. */
import type { IncomingHttpHeaders } from 'node:http';
import type { RequestHandler, Response } from 'express';
import { Problem } from '../http/problems.js';
import type { Authenticator } from '../ports/access.js';
import { AccessUnavailable, AmbiguousCredentials, Unauthenticated } from '../ports/access.js';
import type { Principal } from '../ports/principal.js';

export function identify(authenticator: Authenticator): RequestHandler {
  return async (request, response, next) => {
    try {
      response.locals.principal = await authenticator.authenticate(request.headersDistinct);
    } catch (error) {
      const problem = problemOf(error);
      if (problem.code === 'unauthenticated')
        response.set('WWW-Authenticate', challengesOf(authenticator, request.headers));
      throw problem;
    }
    next();
  };
}

/** @throws TypeError where nobody was identified: a route outside of what `identify` stands before. */
export function principalOf(response: Response): Principal {
  const { principal } = response.locals;
  if (principal === undefined) throw new TypeError('Nobody was identified before this route.');
  return principal as Principal;
}

function problemOf(error: unknown): Problem {
  if (error instanceof Unauthenticated) return new Problem('unauthenticated', error.message);
  if (error instanceof AmbiguousCredentials) return new Problem('ambiguous-credentials', error.message);
  if (error instanceof AccessUnavailable) return new Problem('access-unavailable', `${error.message} Try again.`);
  throw error;
}

/** RFC 6750: `error` says that a token was sent and is at fault. */
function challengesOf({ challenges }: Authenticator, { authorization }: IncomingHttpHeaders): string {
  return challenges
    .map((challenge) =>
      challenge.startsWith('Bearer ') && authorization !== undefined
        ? `${challenge}, error="invalid_token"`
        : challenge,
    )
    .join(', ');
}
