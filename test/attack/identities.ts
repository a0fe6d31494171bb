/** Who asks: callers with keys of their own, so that each pays with its own points. */
import { createHash, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import type { ApiKey } from '../../api/access/api-keys.js';

const HONEST = 5;
const HOSTILE = 3;

export interface Identities {
  readonly honest: readonly string[];
  readonly hostile: readonly string[];
  /** May read metrics. */
  readonly watcher: string;
}

/** Writes the file of keys for the API. @returns the keys themselves */
export function issueKeys(file: string): Identities {
  const entries: ApiKey[] = [];
  const issue = (name: string, scopes: ApiKey['scopes']) => {
    const key = randomBytes(32).toString('base64url');
    entries.push({ name, scopes, sha256: createHash('sha256').update(key).digest('hex') });
    return key;
  };
  const caller = (kind: string) => (_: unknown, i: number) =>
    issue(`${kind}-${i + 1}`, ['orders:read', 'products:read', 'customers:read', 'customers:pii']);
  const identities = {
    honest: Array.from({ length: HONEST }, caller('honest')),
    hostile: Array.from({ length: HOSTILE }, caller('hostile')),
    watcher: issue('watcher', ['admin']),
  };
  writeFileSync(file, JSON.stringify(entries), { mode: 0o600 });
  return identities;
}
