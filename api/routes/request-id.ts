/** Every answer carries the id under which its request is logged. */
import { randomUUID } from 'node:crypto';
import type { RequestHandler, Response } from 'express';

export const requestId: RequestHandler = (_request, response, next) => {
  response.set('X-Request-Id', randomUUID());
  next();
};

export function requestIdOf(response: Response): string {
  return String(response.get('X-Request-Id') ?? '');
}
