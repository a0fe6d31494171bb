/** Which credentials a request carries, and whose they are. */

import type { Authenticator, DistinctHeaders } from '../ports/access.js';
import { AmbiguousCredentials, Unauthenticated } from '../ports/access.js';
import { EVERYBODY, type Principal } from '../ports/principal.js';

/** Judges one kind of credential. @throws Unauthenticated, AccessUnavailable */
export type Verify = (credential: string) => Promise<Principal>;

export const openAccess: Authenticator = { challenges: [], authenticate: async () => EVERYBODY };

const BEARER = /^Bearer +([\w.~+/-]+=*) *$/i;
const REALM = 'realm="read-model-api"';

/** Tokens in `Authorization`, keys in `X-Api-Key`; what is `null` is not accepted. */
export class Credentials implements Authenticator {
  readonly challenges: readonly string[];
  readonly #token: Verify | null;
  readonly #key: Verify | null;

  constructor({ token, key }: { readonly token: Verify | null; readonly key: Verify | null }) {
    this.#token = token;
    this.#key = key;
    this.challenges = [...(token === null ? [] : [`Bearer ${REALM}`]), ...(key === null ? [] : [`ApiKey ${REALM}`])];
  }

  async authenticate(headers: DistinctHeaders): Promise<Principal> {
    const { authorization = [], 'x-api-key': keys = [] } = headers;
    if (authorization.length + keys.length > 1) {
      throw new AmbiguousCredentials('Send one Authorization or one X-Api-Key header, not more.');
    }
    const [header] = authorization;
    if (header !== undefined) return this.#byToken(header);
    const [key] = keys;
    if (key === undefined) throw new Unauthenticated(`Send ${this.#accepted()}.`);
    if (this.#key === null) throw new Unauthenticated(`API keys are not accepted here; send ${this.#accepted()}.`);
    return this.#key(key);
  }

  async #byToken(header: string): Promise<Principal> {
    if (this.#token === null) throw new Unauthenticated(`Tokens are not accepted here; send ${this.#accepted()}.`);
    const token = BEARER.exec(header)?.[1];
    if (token === undefined) throw new Unauthenticated('The Authorization header must be "Bearer" and a token.');
    return this.#token(token);
  }

  #accepted(): string {
    const ways = [this.#token === null ? [] : ['Authorization: Bearer'], this.#key === null ? [] : ['X-Api-Key']];
    return ways.flat().join(' or ');
  }
}
