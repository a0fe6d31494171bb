/** Who asks. */
import type { Access } from '../../mappings/queries.js';

export type Scope = Access['scope'] | 'customers:pii' | 'admin';

export const SCOPES = [
  'orders:read',
  'products:read',
  'customers:read',
  'customers:pii',
  'admin',
] as const satisfies readonly Scope[];

export interface Principal {
  /** For logs, audits and rate limits; never a secret. */
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
  /** When set, only this customer's rows exist for the caller. */
  readonly customerId: string | null;
  /** When the credentials cease to count, ms since 1970 by this machine's clock; `null`: never by themselves. */
  readonly expiresAt: number | null;
}

/** Everybody, where access is open. */
export const EVERYBODY: Principal = {
  name: 'anonymous',
  scopes: new Set<Scope>(SCOPES),
  customerId: null,
  expiresAt: null,
};
