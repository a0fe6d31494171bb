/** What a request is for (RFC 9112, 3.2): a path and a query, perhaps behind the name of the server, and nothing else. */
import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import { Problem } from './problems.js';

// A `#` in the query is a character of it for all that read it; in the path it would end it for some.
const ORIGIN_FORM = /^\/[^?#]*(?:\?.*)?$/;
const ABSOLUTE_FORM = /^https?:\/\/((?:\[[\da-f:.]+\]|[\w.-]+)(?::\d{1,5})?)(?:\/[^?#]*)?(?:\?.*)?$/i;

/** Of the server as a whole (RFC 9112, 3.2.4). */
function isAsterisk({ method, url }: IncomingMessage): boolean {
  return method === 'OPTIONS' && url === '*';
}

/** The absolute form is accepted as every server has to; the name in it counts, whatever `Host` says. */
export const readTarget: RequestHandler = (request, _response, next) => {
  if (request.httpVersion === '1.1' && request.headers.host === undefined) {
    throw new Problem('malformed-request', 'Name the server by a Host header.');
  }
  if (!ORIGIN_FORM.test(request.url) && !isAsterisk(request)) {
    const [, authority] = ABSOLUTE_FORM.exec(request.url) ?? [];
    if (authority === undefined) throw new Problem('malformed-url', 'Ask for a path and a query, without a fragment.');
    request.headers.host = authority;
  }
  next();
};

export function queryStringOf({ originalUrl }: IncomingMessage & { readonly originalUrl: string }): string {
  const start = originalUrl.indexOf('?');
  return start < 0 ? '' : originalUrl.slice(start + 1);
}
