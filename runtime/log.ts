import { type DestinationStream, type Logger, pino } from 'pino';
import { escaped } from './screen.js';
import { concealed, mayHoldSecrets } from './secrets.js';

export type Log = Logger;

/** Where libraries put what they sent: errors of the Elasticsearch client carry the request. */
const SECRETS = ['*.headers', '*.meta.meta.request.params.headers', '*.meta.headers', '*.config.headers'];

/**
 * JSON lines on standard output. Whatever is logged, no secret of the settings and no credentials of a URL are in it, nor
 * anything that would draw on the screen of whoever reads it; headers are not logged at all.
 */
export function createLog(name: string, level: string, destination: DestinationStream = pino.destination(1)): Log {
  const options = {
    name,
    level,
    base: { name, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: SECRETS,
  };
  return pino(options, { write: (line: string) => destination.write(presentable(line)) });
}

/** What pino leaves as it is of `escaped`; the line feed is the line's own. */
const LEFT = /[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]/;

/** Level, time, name and process come first in each line, and are nobody's: whatever a password is, they stay readable. */
const HEAD_END = `"pid":${process.pid},`;

/** Hardly any line has something to hide: a look at it is all that it costs. */
function presentable(line: string): string {
  const headEnd = line.indexOf(HEAD_END);
  if (headEnd < 0) return line; // There is nothing else in it.
  const start = headEnd + HEAD_END.length;
  const said = line.slice(start);
  const hidden = mayHoldSecrets(said) ? `${line.slice(0, start)}${withoutSecretsIn(said)}\n` : line;
  return LEFT.test(hidden) ? `${escaped(hidden.trimEnd())}\n` : hidden;
}

/** `said`: an object of JSON from its first name on. */
function withoutSecretsIn(said: string): string {
  return JSON.stringify(concealedWithin(JSON.parse(`{${said}`))).slice(1);
}

/** With every text in it `concealed`. */
function concealedWithin(value: unknown): unknown {
  if (typeof value === 'string') return concealed(value);
  if (Array.isArray(value)) return value.map(concealedWithin);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, concealedWithin(inner)]));
}
