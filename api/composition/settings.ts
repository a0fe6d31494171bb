/** The settings of the query API. */
import { hostname } from 'node:os';
import { z } from 'zod';
import type { HostRule } from '../../runtime/hosts.js';
import { isLoopback } from '../../runtime/loopback.js';
import { bearingSecrets, flag, integer, SettingsError, sharedSettings } from '../../runtime/settings.js';
import { TOKEN_ALGORITHMS, type TokenSettings } from '../access/jwt/tokens.js';

/** Letters, digits, hyphens and underscores, in parts between dots. */
const HOST_NAME = /^[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63}){0,9}$/;

export const apiSettings = z.object({
  ...sharedSettings,
  API_HOST: z.string().default('127.0.0.1').describe('address to listen on'),
  API_PORT: integer(8080, 0, 65_535).describe('port to listen on; 0 takes a free one and logs it'),
  ACCESS_OPEN_ON_NETWORK: flag('off').describe(
    'on: answer everyone who reaches API_HOST, even when that is not a loopback address',
  ),
  ALLOWED_HOSTS: list('')
    .transform((names) => names.map((name) => name.toLowerCase()))
    .refine((names) => names.every((name) => HOST_NAME.test(name)), {
      error: 'must be names of hosts such as api.example, without ports',
    })
    .describe(
      'names under which the API is asked for, separated by commas, beside addresses and localhost; none: under any with ' +
        'tokens or keys; where access is open, beside names of the own network, too, and under no other',
    ),
  JWT_ISSUER: z.string().optional().describe('who issues tokens, as in their claim iss; set, tokens are accepted'),
  JWT_AUDIENCE: z.string().optional().describe('this API, as in the claim aud of tokens'),
  JWT_JWKS_URL: bearingSecrets(
    'credentials',
    z
      .string()
      .refine(isSafeUrl, { error: 'must be an https:// URL, or http:// on a loopback address' })
      .optional()
      .describe('where the issuer publishes its public keys (JSON Web Key Set)'),
  ),
  JWT_JWKS_FILE: z.string().optional().describe('the same as a file, instead of JWT_JWKS_URL'),
  JWT_ALGORITHMS: list('RS256,PS256,ES256,EdDSA')
    .pipe(z.array(z.enum(TOKEN_ALGORITHMS)).min(1))
    .describe('signature algorithms of tokens that are accepted, separated by commas'),
  JWT_SCOPE_CLAIM: z
    .string()
    .default('scope')
    .describe('the claim with the scopes of a token, a list or separated by blanks'),
  JWT_CUSTOMER_CLAIM: z
    .string()
    .default('customer_id')
    .describe('the claim with the id of the customer to whose rows a token is limited'),
  API_KEYS_FILE: z
    .string()
    .optional()
    .describe('JSON file with the hashes and scopes of API keys; set, keys are accepted'),
  CORS_ORIGINS: list('')
    .refine((origins) => origins.every(isOrigin), { error: 'must be origins such as https://shop.example' })
    .describe('origins of web pages that may read the answers, separated by commas'),
  CURSOR_SECRET: bearingSecrets(
    'whole',
    z
      .string()
      .min(16, { error: 'must have at least 16 characters' })
      .optional()
      .describe(
        'seals cursors and ids of events, the same for all API processes; absent: one that the projector has made',
      ),
  ),
  STORE_TIMEOUT_MS: integer(3_000, 100, 60_000).describe('how long one store may take to answer (ms); then 503'),
  STORE_CONCURRENCY_MAX: integer(32, 1, 1_000).describe('questions that one store works on at a time'),
  STORE_QUEUE_MAX: integer(128, 0, 10_000).describe('questions that wait for their turn at one store; more get 503'),
  REQUESTS_IN_FLIGHT_MAX: integer(500, 1, 100_000).describe('requests that are answered at a time; more get 503'),
  CONNECTIONS_MAX: integer(2_000, 1, 1_000_000).describe(
    'connections that one process has open at a time; more are closed as they come',
  ),
  CALLER_SHARE_PERCENT: integer(90, 1, 100).describe(
    'how much of the requests, waits, searches and places to wait for a store one caller may hold, and of the connections one address, while no other holds any; the more others hold, the less; 100: not limited',
  ),
  SATURATION_MS: integer(10_000, 0, 600_000).describe(
    'after so long without room, and with hardly any that becomes free, /health/ready is 503 (ms); 0: never',
  ),
  ANSWER_BYTES_MAX: integer(33_554_432, 65_536, 268_435_456).describe(
    'bytes of one answer, as its store sends it and as JSON; a larger one is refused: ask for fewer documents or fields',
  ),
  ANSWERS_BYTES_IN_FLIGHT_MAX: integer(100_663_296, 65_536, 17_179_869_184).describe(
    'bytes of all answers of more than half a MiB that are made or sent at a time; about half of them for one caller; others wait, or get 503',
  ),
  RATE_LIMIT_POINTS: integer(20_000, 0, 1_000_000_000).describe(
    'points of each caller in RATE_LIMIT_WINDOW_MS, in each process; a list costs 2; 0: not limited',
  ),
  RATE_LIMIT_WINDOW_MS: integer(10_000, 1_000, 3_600_000).describe(
    'after so long a caller has all its points again (ms)',
  ),
  HIGHLIGHT_STEPS_MAX: integer(2_000_000, 1_000, 1_000_000_000).describe(
    'what is done to highlight one answer: characters that are read, and words that are compared with one of q',
  ),
  CHANGES_STREAMS_MAX: integer(500, 0, 100_000).describe('streams of changes that one process has open at a time'),
  CHANGES_STREAMS_PER_CALLER_MAX: integer(10, 1, 100_000).describe(
    'streams of changes of one caller, or of one address without credentials, in each process',
  ),
  CHANGES_BUFFER_BYTES_MAX: integer(1_048_576, 1_024, 1_073_741_824).describe(
    'what may wait for the client of a stream; a slower one is cut off and goes on where it was',
  ),
  CHANGES_HEARTBEAT_MS: integer(15_000, 100, 600_000).describe(
    'how often a stream of changes gives a sign of life (ms)',
  ),
  CHANGES_STREAM_MS_MAX: integer(3_600_000, 1_000, 86_400_000).describe(
    'after so long a stream of changes ends, and its client asks again (ms)',
  ),
  CHANGES_RECENT_MAX: integer(10_000, 0, 1_000_000).describe(
    'changes of each partition that are kept in memory for those who come back',
  ),
  HISTORY_TIMEOUT_MS: integer(5_000, 100, 60_000).describe(
    'how long Kafka is searched for the events of one history (ms); what is then missing makes it incomplete',
  ),
  HISTORY_SEARCHES_MAX: integer(3, 1, 1_000).describe('such searches at a time in each process; more get 503'),
  HISTORY_BYTES_MAX: integer(33_554_432, 1_048_576, 1_073_741_824).describe(
    'what one such search may find, and what a process keeps of them for the next page',
  ),
  RECENT_ANSWERS_MS: integer(60_000, 0, 3_600_000).describe(
    'for so long lists of orders and products are answered as they were while Elasticsearch is down (ms); 0: never',
  ),
  RECENT_ANSWERS_MAX: integer(1_000, 1, 1_000_000).describe('answers that are kept for that'),
  RECENT_ANSWERS_BYTES_MAX: integer(33_554_432, 1_024, 17_179_869_184).describe('memory that they may take (bytes)'),
  FRESHNESS_MAX_AGE_MS: integer(100, 0, 60_000).describe('how long a computed freshness is given out again (ms)'),
  FRESHNESS_TIMEOUT_MS: integer(500, 10, 60_000).describe(
    'how long an answer waits for its freshness (ms); then lagEvents and lagMs are null',
  ),
  DRAIN_GRACE_MS: integer(1_000, 0, 10_000).describe(
    'for so long after SIGTERM new requests are still answered, each with the end of its connection (ms)',
  ),
  DRAIN_TIMEOUT_MS: integer(10_000, 0, 15_000).describe(
    'so long after SIGTERM what is not answered yet is cut off (ms)',
  ),
  REQUEST_TIMEOUT_MS: integer(30_000, 1_000, 600_000).describe(
    'how long a client may take to send its request, the first one from when it connects (ms)',
  ),
  ANSWER_TIMEOUT_MS: integer(30_000, 100, 600_000).describe(
    'how long a client may take to read an answer, from its first byte on; a slower one is cut off (ms)',
  ),
  PIPELINED_REQUESTS_MAX: integer(32, 0, 10_000).describe(
    'requests of one connection that may wait for the one before them, with headers of 128 KiB together; it ends with the last of them, and what comes beyond is not answered',
  ),
});

export type ApiSettings = z.output<typeof apiSettings>;

/** How callers are told apart. */
export type AccessMode =
  /** Not at all. */
  | { readonly kind: 'open' }
  | { readonly kind: 'credentials'; readonly tokens: TokenAccess | null; readonly apiKeysFile: string | null };

export interface TokenAccess extends TokenSettings {
  readonly keys: { readonly url: string } | { readonly file: string };
}

/**
 * Without access control the API answers on loopback addresses only, unless that is insisted on.
 * @throws SettingsError
 */
export function accessOf(settings: ApiSettings): AccessMode {
  const { API_HOST, ACCESS_OPEN_ON_NETWORK: insisted, API_KEYS_FILE: apiKeysFile = null } = settings;
  const tokens = tokensOf(settings);
  if (tokens !== null || apiKeysFile !== null) {
    if (!insisted) return { kind: 'credentials', tokens, apiKeysFile };
    throw new SettingsError('ACCESS_OPEN_ON_NETWORK=on contradicts the settings of tokens and API keys: leave it out.');
  }
  if (insisted || isLoopback(API_HOST)) return { kind: 'open' };
  throw new SettingsError(
    `API_HOST=${API_HOST} is reachable from the network, and access is open to everyone. ` +
      'Use 127.0.0.1, configure tokens (JWT_ISSUER) or API keys (API_KEYS_FILE), ' +
      'or set ACCESS_OPEN_ON_NETWORK=on if that is what you want.',
  );
}

/**
 * Under which names the API answers; `null`: any. Where access is open, whoever may choose the name may read everything
 * by a page in a browser that reaches the API. @throws SettingsError
 */
export function hostsOf(settings: ApiSettings): HostRule | null {
  const { ALLOWED_HOSTS: names, ACCESS_OPEN_ON_NETWORK: onNetwork } = settings;
  if (accessOf(settings).kind === 'credentials') {
    return names.length === 0 ? null : { addresses: true, localNames: false, names };
  }
  if (!onNetwork) return { addresses: false, localNames: false, names };
  return { addresses: true, localNames: true, names: [...names, hostname().toLowerCase()] };
}

/** Settings that are half there must not leave the API open. */
function tokensOf(settings: ApiSettings): TokenAccess | null {
  const { JWT_ISSUER: issuer, JWT_AUDIENCE: audience, JWT_JWKS_URL: url, JWT_JWKS_FILE: file } = settings;
  if (issuer === undefined && audience === undefined && url === undefined && file === undefined) return null;
  if (url !== undefined && file !== undefined) {
    throw new SettingsError('JWT_JWKS_URL and JWT_JWKS_FILE name two sources of the same keys: leave one out.');
  }
  const keys = url === undefined ? (file === undefined ? undefined : { file }) : { url };
  if (issuer === undefined || audience === undefined || keys === undefined) {
    throw new SettingsError(
      'To accept tokens, set JWT_ISSUER, JWT_AUDIENCE, and one of JWT_JWKS_URL and JWT_JWKS_FILE.',
    );
  }
  return {
    issuer,
    audience,
    keys,
    algorithms: settings.JWT_ALGORITHMS,
    scopeClaim: settings.JWT_SCOPE_CLAIM,
    customerClaim: settings.JWT_CUSTOMER_CLAIM,
  };
}

/** Texts separated by commas; of an empty text, none. */
function list(fallback: string) {
  return z
    .string()
    .default(fallback)
    .transform((text) => text.split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim()])));
}

/** Whoever changes the keys on their way could sign tokens. */
function isSafeUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname.replace(/^\[|\]$/g, '')));
}

function isOrigin(text: string): boolean {
  return /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}
