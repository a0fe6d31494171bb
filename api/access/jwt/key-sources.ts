/** Where a JSON Web Key Set comes from: a URL of the identity provider, or a file. */
import { readFileSync, statSync } from 'node:fs';
import { get as getByHttp, type IncomingMessage } from 'node:http';
import { get as getByHttps } from 'node:https';
import type { JSONWebKeySet } from 'jose';
import { z } from 'zod';
import { SettingsError } from '../../../runtime/settings.js';

/** Whatever answers at the key set's address, and however: it costs no more than this. */
export interface KeySetLimits {
  /** From the look-up of the name to the last byte (ms). */
  readonly timeMs: number;
  /** Of the body. */
  readonly bytesMax: number;
}

const LIMITS: KeySetLimits = { timeMs: 5_000, bytesMax: 1_048_576 };
/** Providers publish two or three. */
const KEYS_MAX = 100;
const HEADERS_BYTES_MAX = 16_384;

/** Private and symmetric keys have no place here: with `k` or `d` anyone who reads the set could sign. */
const keySet = z.object({
  keys: z
    .array(z.record(z.string(), z.unknown()))
    .max(KEYS_MAX)
    .refine((keys) => keys.every((key) => !('d' in key) && !('k' in key)), { error: 'must be public keys only' }),
});

/** @throws ZodError when it is no set of public keys */
function parseKeySet(text: string): JSONWebKeySet {
  return keySet.parse(JSON.parse(text)) as JSONWebKeySet;
}

/**
 * Not by `fetch`, which inflates bodies and buffers them without a limit. Redirects are not followed; a body that is
 * compressed all the same is refused, since nobody asked for one.
 * @throws Error when nothing of use comes within the limits
 */
export async function fetchKeySet(url: string, limits: KeySetLimits = LIMITS): Promise<JSONWebKeySet> {
  return parseKeySet(await textAt(url, limits));
}

function textAt(url: string, { timeMs, bytesMax }: KeySetLimits): Promise<string> {
  return new Promise((resolve, reject) => {
    const get = new URL(url).protocol === 'https:' ? getByHttps : getByHttp;
    const headers = { accept: 'application/jwk-set+json, application/json', 'accept-encoding': 'identity' };
    const request = get(url, { headers, maxHeaderSize: HEADERS_BYTES_MAX }, (response) => {
      bodyOf(response, bytesMax).then(resolve, (error: unknown) => end(error));
    });
    const end = (error: unknown) => {
      reject(error);
      request.destroy();
    };
    const timer = setTimeout(() => end(new Error(`The key set did not come within ${timeMs} ms.`)), timeMs);
    request.on('error', reject).once('close', () => clearTimeout(timer));
  });
}

/** @throws Error at once for what is no plain answer, and for a body that is too large as soon as that is known */
async function bodyOf(response: IncomingMessage, bytesMax: number): Promise<string> {
  const { statusCode, headers } = response;
  if (statusCode !== 200) throw new Error(`The key set's address answered ${statusCode}.`);
  const { 'content-encoding': encoding = 'identity' } = headers;
  if (encoding !== 'identity') throw new Error(`The key set is encoded (${encoding}): it must come as it is.`);
  const pieces: Buffer[] = [];
  let bytes = Number(headers['content-length'] ?? 0) > bytesMax ? Number.POSITIVE_INFINITY : 0;
  if (bytes <= bytesMax) {
    for await (const piece of response as AsyncIterable<Buffer>) {
      bytes += piece.byteLength;
      if (bytes > bytesMax) break;
      pieces.push(piece);
    }
  }
  if (bytes > bytesMax) throw new Error(`The key set has more than ${bytesMax} bytes.`);
  return Buffer.concat(pieces).toString('utf8');
}

/** @throws SettingsError */
export function readKeySetFile(path: string): JSONWebKeySet {
  try {
    if (statSync(path).size > LIMITS.bytesMax) throw new Error(`It has more than ${LIMITS.bytesMax} bytes.`);
    return parseKeySet(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new SettingsError(`JWT_JWKS_FILE=${path} cannot be read as a JSON Web Key Set of public keys.`, { cause });
  }
}
