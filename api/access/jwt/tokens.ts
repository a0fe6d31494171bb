/** JSON Web Tokens (RFC 9068): who signed them, for whom, until when; and what they say of their bearer. */
import { errors, type JWTVerifyResult, jwtVerify } from 'jose';
import { isWellFormedId } from '../../../mappings/events/event.js';
import { isWellFormedUnicode } from '../../../mappings/events/text.js';
import { AccessUnavailable, Unauthenticated } from '../../ports/access.js';
import { type Principal, SCOPES } from '../../ports/principal.js';
import type { KeySet } from './key-set.js';

/** Signatures by a private key only: whoever verifies cannot sign. */
export const TOKEN_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const;

export interface TokenSettings {
  readonly issuer: string;
  readonly audience: string;
  readonly algorithms: readonly (typeof TOKEN_ALGORITHMS)[number][];
  readonly scopeClaim: string;
  readonly customerClaim: string;
}

const TOKEN_CHARACTERS_MAX = 8_192;
const CLOCK_TOLERANCE_SECONDS = 5;
const SUBJECT_CHARACTERS_MAX = 256;

/** In lower case: of access tokens, and of tokens of which nothing more is said. Others are made for something else. */
const TYPES: readonly unknown[] = [undefined, 'jwt', 'application/jwt', 'at+jwt', 'application/at+jwt'];

export function tokenVerifier(settings: TokenSettings, keys: KeySet): (token: string) => Promise<Principal> {
  return async (token) => {
    if (token.length > TOKEN_CHARACTERS_MAX) {
      throw new Unauthenticated(`A token has at most ${TOKEN_CHARACTERS_MAX} characters.`);
    }
    return principalOf(await verified(token, settings, keys), settings);
  };
}

async function verified(token: string, settings: TokenSettings, keys: KeySet): Promise<JWTVerifyResult> {
  try {
    return await jwtVerify(token, keys.keyFor, {
      issuer: settings.issuer,
      audience: settings.audience,
      algorithms: [...settings.algorithms],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      requiredClaims: ['exp', 'sub'],
    });
  } catch (error) {
    if (error instanceof AccessUnavailable) throw error;
    throw new Unauthenticated(reasonOf(error), { cause: error });
  }
}

/** Claims are named only of tokens whose signature is right. */
function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'The token has expired.';
  if (error instanceof errors.JWTClaimValidationFailed) {
    return `The claim ${error.claim} of the token is missing or not what this API expects.`;
  }
  return 'The token is not one that this API accepts.';
}

function principalOf(
  { payload, protectedHeader }: JWTVerifyResult,
  { scopeClaim, customerClaim }: TokenSettings,
): Principal {
  const { typ } = protectedHeader;
  if (!TYPES.includes(typeof typ === 'string' ? typ.toLowerCase() : typ)) {
    throw new Unauthenticated('The typ of the token must be JWT or at+jwt: this one was made for something else.');
  }
  const { sub, exp } = payload;
  if (!isSubject(sub)) {
    const rule = `of 1 to ${SUBJECT_CHARACTERS_MAX} characters, well-formed and without control characters`;
    throw new Unauthenticated(`The claim sub of the token must be a text ${rule}.`);
  }
  return {
    name: `token:${sub}`,
    scopes: scopesIn(Object.hasOwn(payload, scopeClaim) ? payload[scopeClaim] : undefined),
    customerId: customerIn(payload, customerClaim),
    expiresAt: exp === undefined ? null : (exp + CLOCK_TOLERANCE_SECONDS) * 1_000,
  };
}

/** It names its bearer in logs and limits: two that are told apart here must be so there, too. */
function isSubject(sub: unknown): sub is string {
  if (typeof sub !== 'string' || sub === '' || sub.length > SUBJECT_CHARACTERS_MAX) return false;
  return isWellFormedUnicode(sub) && !/\p{Cc}/u.test(sub);
}

/** A text separated by blanks, or a list; scopes of other services are none of ours. */
function scopesIn(claim: unknown): Principal['scopes'] {
  const named: readonly unknown[] = typeof claim === 'string' ? claim.split(' ') : Array.isArray(claim) ? claim : [];
  return new Set(SCOPES.filter((scope) => named.includes(scope)));
}

/** A claim that is there but names no customer must not pass for one that is not there. */
function customerIn(payload: JWTVerifyResult['payload'], claim: string): string | null {
  if (!Object.hasOwn(payload, claim)) return null;
  const customerId = payload[claim];
  if (typeof customerId === 'string' && isWellFormedId(customerId)) return customerId;
  throw new Unauthenticated(`The claim ${claim} of the token is not the id of a customer.`);
}
