/** Headers of requests and answers. */
import { WAIT_LIMITS } from '../waiting/demands.js';
import { requestIdExample } from './examples.js';
import type { Header, Parameter, Reference } from './openapi.js';
import { refTo } from './openapi.js';

const ETAG_EXAMPLE = '"q0hWmS0yJm3nXjzNQ7s0bA3xYkqYtq0n3hHkYfT1lqQ"';

const ENCODED_ID = "(?:[A-Za-z0-9._~!$&'()*+:=?-]|%[0-9A-Fa-f]{2})+";
const EVENT = `(?:customers|products|orders)/${ENCODED_ID}(?:@[1-9][0-9]{0,14}|#${ENCODED_ID})`;
const TIMEOUT = '; ?timeout=(?:[1-9][0-9]{0,2}|[1-4][0-9]{3}|5000)';
const AWAITED = `${EVENT}(?:${TIMEOUT})?`;
const WAIT_FOR_PATTERN = `^${AWAITED}(?:, ?${AWAITED}){0,${WAIT_LIMITS.awaitedMax - 1}}$`;

export const requestHeaders = {
  'Wait-For': {
    name: 'Wait-For',
    in: 'header',
    description:
      'Answer only once the effects of these events are included, else 503: `<aggregate>/<id>@<sequence>` or ' +
      `\`<aggregate>/<id>#<event id>\`, ids percent-encoded, up to ${WAIT_LIMITS.awaitedMax} separated by commas, with an ` +
      `optional \`;timeout=<ms>\` (default ${WAIT_LIMITS.timeoutMsDefault}, at most ${WAIT_LIMITS.timeoutMsMax}).`,
    schema: { type: 'string', pattern: WAIT_FOR_PATTERN, examples: ['orders/o-1001@4;timeout=2000'] },
  },
  'Max-Staleness': {
    name: 'Max-Staleness',
    in: 'header',
    description: 'How old, in milliseconds, the oldest event may be that the documents do not show yet, else 503.',
    schema: { type: 'integer', minimum: 0, maximum: 999_999_999_999, examples: [60_000] },
  },
  'If-None-Match': {
    name: 'If-None-Match',
    in: 'header',
    description: 'The `ETag` of an earlier answer: 304 when the document is still that.',
    schema: { type: 'string', examples: [ETAG_EXAMPLE] },
  },
} as const satisfies Record<string, Parameter>;

export const responseHeaders = {
  'X-Request-Id': {
    description: "Under this id the request is in the log: the caller's own, if it sent a usable one, else a new one.",
    required: true,
    schema: { type: 'string', minLength: 1 },
    example: requestIdExample,
  },
  Link: {
    description: 'The list at other places (RFC 8288): `next`, `first`, and by page `prev`.',
    required: true,
    schema: { type: 'string' },
    example: '</v1/orders?page=2>; rel="next", </v1/orders?page=1>; rel="first"',
  },
  ETag: {
    description: 'Changes with what is answered.',
    required: true,
    schema: { type: 'string', pattern: '^"[A-Za-z0-9_-]+"$' },
    example: ETAG_EXAMPLE,
  },
  'Retry-After': {
    description: 'Seconds to wait before trying again.',
    required: true,
    schema: { type: 'integer', minimum: 0 },
    example: 1,
  },
  'WWW-Authenticate': {
    description: 'Which credentials are accepted.',
    required: true,
    schema: { type: 'string' },
    example: 'Bearer realm="read-model-api"',
  },
  'RateLimit-Policy': {
    description: 'How many points a caller has in a window of so many seconds, where callers are limited.',
    schema: { type: 'string' },
    example: '"default";q=1000;w=10',
  },
  RateLimit: {
    description: 'How many points the caller has left, and in how many seconds it has all of them again.',
    schema: { type: 'string' },
    example: '"default";r=998;t=10',
  },
} as const satisfies Record<string, Header>;

/** Of every answer under `/v1`. */
export const V1_HEADERS = ['X-Request-Id', 'RateLimit-Policy', 'RateLimit'] as const;

export type HeaderName = keyof typeof responseHeaders;

export function headerRefs(...names: readonly HeaderName[]): Record<string, Reference> {
  return Object.fromEntries(names.map((name) => [name, refTo('headers', name)]));
}

export function requestHeaderRefs(...names: (keyof typeof requestHeaders)[]): Reference[] {
  return names.map((name) => refTo('parameters', name));
}
