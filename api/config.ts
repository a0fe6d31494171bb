/** The settings of the query API. */
import { isIP } from 'node:net';
import { z } from 'zod';
import { flag, integer, SettingsError, sharedSettings } from '../runtime/settings.js';

export const apiSettings = z.object({
  ...sharedSettings,
  API_HOST: z.string().default('127.0.0.1').describe('address to listen on'),
  API_PORT: integer(8080, 0, 65_535).describe('port to listen on; 0 takes a free one and logs it'),
  ACCESS_OPEN_ON_NETWORK: flag('off').describe(
    'on: answer everyone who reaches API_HOST, even when that is not a loopback address',
  ),
  CURSOR_SECRET: z
    .string()
    .min(16, { error: 'must have at least 16 characters' })
    .optional()
    .describe('authenticates cursors, the same for all API processes; derived from the registry when absent'),
  STORE_TIMEOUT_MS: integer(3_000, 100, 60_000).describe('how long one store may take to answer (ms); then 503'),
  FRESHNESS_MAX_AGE_MS: integer(100, 0, 60_000).describe('how long a computed freshness is given out again (ms)'),
  FRESHNESS_TIMEOUT_MS: integer(500, 10, 60_000).describe(
    'how long an answer waits for its freshness (ms); then lagEvents and lagMs are null',
  ),
  REQUEST_TIMEOUT_MS: integer(30_000, 1_000, 600_000).describe('how long a client may take to send its request (ms)'),
});

export type ApiSettings = z.output<typeof apiSettings>;

/**
 * Without access control the API answers on loopback addresses only, unless that is insisted on.
 * @throws SettingsError
 */
export function checkAccess({ API_HOST, ACCESS_OPEN_ON_NETWORK }: ApiSettings): void {
  if (ACCESS_OPEN_ON_NETWORK || isLoopback(API_HOST)) return;
  throw new SettingsError(
    `API_HOST=${API_HOST} is reachable from the network, and access is open to everyone. ` +
      'Use 127.0.0.1, or set ACCESS_OPEN_ON_NETWORK=on if that is what you want.',
  );
}

export function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '::1') return true;
  return isIP(host) === 4 && host.startsWith('127.');
}
