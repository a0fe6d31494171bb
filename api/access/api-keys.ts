/**
 * API keys: random texts that only their holders know. The file keeps their SHA-256 hashes; that suffices because keys
 * are random and long, so there is nothing to guess that a slow hash would protect.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { isWellFormedId } from '../../mappings/events/event.js';
import { SettingsError } from '../../runtime/settings.js';
import { Unauthenticated } from '../ports/access.js';
import { type Principal, SCOPES } from '../ports/principal.js';

const KEYS_MAX = 1_000;
const KEY_CHARACTERS_MAX = 256;

const apiKey = z.strictObject({
  name: z.string().regex(/^[\w.-]{1,64}$/, { error: 'must be 1 to 64 letters, digits, dots, hyphens, underscores' }),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, { error: 'must be 64 lower-case hexadecimal digits' }),
  scopes: z.array(z.enum(SCOPES)).min(1),
  customer: z.string().refine(isWellFormedId, { error: 'must be the id of a customer' }).optional(),
});

const apiKeyList = z
  .array(apiKey)
  .min(1)
  .max(KEYS_MAX)
  .refine((keys) => isDistinct(keys.map(({ name }) => name)), { error: 'must name each key once' })
  .refine((keys) => isDistinct(keys.map(({ sha256 }) => sha256)), { error: 'must hold each hash once' });

export type ApiKey = z.output<typeof apiKey>;

/** @throws SettingsError with everything that is wrong with the file */
export function readApiKeys(path: string): readonly ApiKey[] {
  const problem = (what: string) => new SettingsError(`API_KEYS_FILE=${path} ${what}`);
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    // What JSON.parse complains about quotes the file.
    throw problem(error instanceof SyntaxError ? 'is not JSON.' : `cannot be read (${codeOf(error)}).`);
  }
  const result = apiKeyList.safeParse(content);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path: place, message }) => `  ${place.join('.') || 'list'}: ${message}`);
  throw problem(`cannot be used:\n${problems.join('\n')}`);
}

/** Compares with every key, so that the time tells nothing of the one that fits. */
export function keyVerifier(keys: readonly ApiKey[]): (key: string) => Promise<Principal> {
  const known = keys.map(({ name, sha256, scopes, customer }) => ({
    hash: Buffer.from(sha256, 'hex'),
    principal: { name: `key:${name}`, scopes: new Set(scopes), customerId: customer ?? null, expiresAt: null },
  }));
  return async (key) => {
    if (key.length > KEY_CHARACTERS_MAX) {
      throw new Unauthenticated(`An API key has at most ${KEY_CHARACTERS_MAX} characters.`);
    }
    const hash = createHash('sha256').update(key).digest();
    const [found] = known.filter((candidate) => timingSafeEqual(candidate.hash, hash));
    if (found === undefined) throw new Unauthenticated('The API key is unknown.');
    return found.principal;
  };
}

function isDistinct(texts: readonly string[]): boolean {
  return new Set(texts).size === texts.length;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
