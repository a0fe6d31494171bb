/** The authenticator that the settings ask for. */
import type { Log } from '../../runtime/log.js';
import { keyVerifier, readApiKeys } from '../access/api-keys.js';
import { Credentials, openAccess } from '../access/credentials.js';
import { KeySet } from '../access/jwt/key-set.js';
import { fetchKeySet, readKeySetFile } from '../access/jwt/key-sources.js';
import { tokenVerifier } from '../access/jwt/tokens.js';
import type { Authenticator } from '../ports/access.js';
import type { AccessMode, TokenAccess } from './settings.js';

/** Files are read at once; the identity provider is asked with the first token. @throws SettingsError */
export function composeAccess(mode: AccessMode, log: Log): Authenticator {
  if (mode.kind === 'open') return openAccess;
  const { tokens, apiKeysFile } = mode;
  return new Credentials({
    token: tokens === null ? null : tokenVerifier(tokens, keySetOf(tokens, log)),
    key: apiKeysFile === null ? null : keyVerifier(readApiKeys(apiKeysFile)),
  });
}

function keySetOf({ keys }: TokenAccess, log: Log): KeySet {
  if ('file' in keys) readKeySetFile(keys.file);
  return new KeySet({
    load: async () => ('file' in keys ? readKeySetFile(keys.file) : fetchKeySet(keys.url)),
    now: () => performance.now(),
    onFailure: (error) => log.warn({ err: error }, 'the keys that verify tokens cannot be read'),
  });
}
