/** How callers show who they are, and what each path asks of them. */

import type { Authenticator } from '../ports/access.js';
import { SCOPES, type Scope } from '../ports/principal.js';
import type { Operation } from './openapi.js';

/** What an operation asks of its caller, for the scopes that it needs. */
export type SecurityOf = (...scopes: readonly Scope[]) => Operation['security'];

const SCOPE_MEANINGS: Readonly<Record<Scope, string>> = {
  'orders:read': 'orders',
  'products:read': 'products',
  'customers:read': 'customers, without what is personal, and without recent orders unless `orders:read` is there, too',
  'customers:pii': "customers' personal data",
  admin: 'the administration',
};

const scopes = SCOPES.map((scope) => `\`${scope}\` (${SCOPE_MEANINGS[scope]})`).join(', ');

export const securitySchemes = {
  bearerToken: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: `A signed token. Scopes: ${scopes}. With a customer claim it sees that customer's documents only.`,
  },
  apiKey: {
    type: 'apiKey',
    in: 'header',
    name: 'X-Api-Key',
    description: `A key that was given scopes: ${scopes}.`,
  },
};

/** By what the API accepts: where it accepts neither, everybody is answered, and credentials are not looked at. */
export function securityBy({ challenges }: Pick<Authenticator, 'challenges'>): SecurityOf {
  const accepts = (scheme: string) => challenges.length === 0 || challenges.some((one) => one.startsWith(`${scheme} `));
  return (...needed) => [
    ...(challenges.length === 0 ? [{}] : []),
    ...(accepts('Bearer') ? [{ bearerToken: needed }] : []),
    ...(accepts('ApiKey') ? [{ apiKey: needed }] : []),
  ];
}
