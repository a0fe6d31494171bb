import { type DestinationStream, type Logger, pino } from 'pino';

export type Log = Logger;

/** Where libraries put what they sent: errors of the Elasticsearch client carry the request. */
const SECRETS = ['*.headers', '*.meta.meta.request.params.headers', '*.meta.headers', '*.config.headers'];

/**
 * JSON lines on standard output. Connection strings lose their credentials before they are logged, URLs by
 * `withoutSecrets`, and headers are not logged at all.
 */
export function createLog(name: string, level: string, destination?: DestinationStream): Log {
  const options = {
    name,
    level,
    base: { name, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: SECRETS,
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** `mongodb://user:secret@host/` → `mongodb://host/`; up to the last `@`, as not every secret is escaped. */
export function withoutCredentials(url: string): string {
  return url.replace(/\/\/.*@/, '//');
}

/** Where a server is: without credentials, and without options, which may hold secrets, too. */
export function placeOf(url: string): string {
  return withoutCredentials(url).replace(/\?.*$/, '');
}

/** Keys and tokens have no place in a URL; one that is there all the same is not logged. */
export function withoutSecrets(url: string): string {
  return url.replace(/([?&][^=&]*(?:key|token|secret|passw|auth|signature)[^=&]*=)[^&]*/gi, '$1…').replace(JWT, '…');
}

const JWT = /eyJ[\w-]+\.[\w-]+\.[\w-]*/g;
