/** Where a JSON Web Key Set comes from: a URL of the identity provider, or a file. */
import { readFileSync } from 'node:fs';
import type { JSONWebKeySet } from 'jose';
import { z } from 'zod';
import { SettingsError } from '../../../runtime/settings.js';

const TIMEOUT_MS = 5_000;

/** Private and symmetric keys have no place here: with `k` or `d` anyone who reads the set could sign. */
const keySet = z.object({
  keys: z
    .array(z.record(z.string(), z.unknown()))
    .max(100)
    .refine((keys) => keys.every((key) => !('d' in key) && !('k' in key)), { error: 'must be public keys only' }),
});

/** @throws ZodError when it is no set of public keys */
function parseKeySet(content: unknown): JSONWebKeySet {
  return keySet.parse(content) as JSONWebKeySet;
}

export async function fetchKeySet(url: string): Promise<JSONWebKeySet> {
  const response = await fetch(url, {
    headers: { accept: 'application/jwk-set+json, application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!response.ok) throw new Error(`The key set's address answered ${response.status}.`);
  return parseKeySet(await response.json());
}

/** @throws SettingsError */
export function readKeySetFile(path: string): JSONWebKeySet {
  try {
    return parseKeySet(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw new SettingsError(`JWT_JWKS_FILE=${path} cannot be read as a JSON Web Key Set of public keys.`, { cause });
  }
}
