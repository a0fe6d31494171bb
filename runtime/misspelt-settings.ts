/**
 * Environment variables that were surely meant for us and are none of our settings. Most of an environment is somebody
 * else's, so only what nobody else would call so counts: what is a slip away from a setting that is not there itself,
 * and a setting, or what is a slip away from one, behind our name. Deployments have names of their own with it:
 * PROJECTOR_IMAGE.
 */
import { editDistance } from './edit-distance.js';

const OUR_PREFIX = /^(?:READ_MODEL_)?PROJECTOR_/;
/** Where our processes can be asked: PROJECTOR_PORT is ADMIN_PORT. */
const OUR_ADDRESSES = ['ADMIN_', 'API_'];
/** What Kubernetes tells every container of a service: one may be called like us, or like one of our servers. */
const SERVICE_LINK = /_SERVICE_(?:HOST|PORT)(?:_|$)|_PORT_\d+_(?:TCP|UDP|SCTP)(?:_|$)/;
const SERVICE_ADDRESS = /^(?:tcp|udp|sctp):\/\//;

/** Of a long name two slips leave no doubt, of a short one a single slip may be another word: APP_PORT is not API_PORT. */
const LONG = 12;
const SLIPS_MAX = 2;
/** Shorter single words are too common. */
const WORD_MIN = 8;

/** One sentence for each, without values. `names` are the settings that this process takes. */
export function misspeltSettings(env: NodeJS.ProcessEnv, names: readonly string[]): readonly string[] {
  const known = new Set(names);
  const missing = names.filter((name) => (env[name] ?? '') === '');
  return Object.entries(env).flatMap(([name, value = '']) => {
    if (value === '' || known.has(name) || SERVICE_LINK.test(name) || SERVICE_ADDRESS.test(value)) return [];
    const meant = missing.find((other) => isSlipOf(name, other)) ?? meantBehindPrefix(name, names);
    return meant === null ? [] : [`${name}: there is no such setting. Did you mean ${meant}?`];
  });
}

function meantBehindPrefix(name: string, names: readonly string[]): string | null {
  if (!OUR_PREFIX.test(name)) return null;
  const rest = name.replace(OUR_PREFIX, '');
  const ownAddress = OUR_ADDRESSES.map((prefix) => `${prefix}${rest}`);
  const isMeant = (known: string) => known === rest || ownAddress.includes(known);
  return names.find(isMeant) ?? names.find((known) => isSlipOf(rest, known)) ?? null;
}

function isSlipOf(name: string, known: string): boolean {
  if (known.includes('_') && name.toUpperCase().replaceAll('-', '_') === known) return true;
  // Whatever else is in an environment may be of any length.
  if (Math.abs(name.length - known.length) > SLIPS_MAX) return false;
  const distance = editDistance(name, known);
  if (known.length >= LONG) return distance <= SLIPS_MAX;
  if (distance > 1 || known.length < WORD_MIN) return false;
  // A letter replaced makes another word sooner than one that is left out, put in or swapped.
  return known.includes('_') ? firstWordOf(name) === firstWordOf(known) : !isReplaced(name, known);
}

function firstWordOf(name: string): string {
  return name.split('_', 1).join();
}

function isReplaced(name: string, known: string): boolean {
  return [...name].sort().join('') !== [...known].sort().join('') && name.length === known.length;
}
