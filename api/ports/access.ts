/** From the credentials of a request to who asks. */
import type { Principal } from './principal.js';

/** Each header's values, as often as it was sent, by lower-case name. */
export type DistinctHeaders = Readonly<NodeJS.Dict<readonly string[]>>;

/** From the credentials of a request to who asks. */
export interface Authenticator {
  /** How to ask for credentials, for `WWW-Authenticate`. */
  readonly challenges: readonly string[];
  /** @throws Unauthenticated, AmbiguousCredentials, AccessUnavailable */
  authenticate(headers: DistinctHeaders): Promise<Principal>;
}

/** Nobody is known by these credentials, or there are none. The message is shown to the caller. */
export class Unauthenticated extends Error {
  override readonly name = 'Unauthenticated';
}

/** More than one credential: which of them counts must not be guessed. */
export class AmbiguousCredentials extends Error {
  override readonly name = 'AmbiguousCredentials';
}

/** The credentials cannot be judged now. Trying again may help. */
export class AccessUnavailable extends Error {
  override readonly name = 'AccessUnavailable';
}
