/** Every answer carries the id under which its request is logged. */
import { randomUUID } from 'node:crypto';
import type { RequestHandler, Response } from 'express';

/** A caller's own id goes on, so that one id follows a request through all services; anything odd is replaced. */
const SAFE_ID = /^[A-Za-z0-9._-]{1,64}$/;

export const requestId: RequestHandler = (request, response, next) => {
  const given = request.get('X-Request-Id');
  response.set('X-Request-Id', given !== undefined && SAFE_ID.test(given) ? given : randomUUID());
  next();
};

export function requestIdOf(response: Response): string {
  return String(response.get('X-Request-Id') ?? '');
}
