/** Which web pages may read the answers (CORS). */
import cors from 'cors';
import type { RequestHandler } from 'express';

const REQUEST_HEADERS = [
  'Authorization',
  'X-Api-Key',
  'X-Request-Id',
  'If-None-Match',
  'Wait-For',
  'Max-Staleness',
  'Last-Event-ID',
];
const ANSWER_HEADERS = [
  'Link',
  'ETag',
  'Retry-After',
  'X-Request-Id',
  'WWW-Authenticate',
  'RateLimit',
  'RateLimit-Policy',
];
const PREFLIGHT_MAX_AGE_SECONDS = 600;

/** Credentials travel in headers that the page sets, never in cookies. */
export function crossOrigin(origins: readonly string[]): RequestHandler {
  return cors({
    origin: [...origins],
    methods: ['GET', 'HEAD'],
    allowedHeaders: REQUEST_HEADERS,
    exposedHeaders: ANSWER_HEADERS,
    credentials: false,
    maxAge: PREFLIGHT_MAX_AGE_SECONDS,
  });
}
