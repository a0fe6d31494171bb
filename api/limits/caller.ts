/** Whose points a request is paid with. */
import { isIPv6 } from 'node:net';
import { EVERYBODY, type Principal } from '../ports/principal.js';

/** One host usually has all addresses of such a network to choose from. */
const IPV6_NETWORK_GROUPS = 4;

/** A principal pays by its name; whoever has none, by the address that the connection comes from. */
export function callerOf(principal: Principal, remoteAddress: string | undefined): string {
  if (principal.name !== EVERYBODY.name) return `principal ${principal.name}`;
  return `address ${networkOf(remoteAddress ?? 'unknown')}`;
}

/** An IPv4 address as it is, an IPv6 one without the part that its host chooses. */
function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined || !isIPv6(address)) return mapped ?? address;
  const [head = '', tail] = address.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0');
  return `${[...before, ...zeros, ...after].slice(0, IPV6_NETWORK_GROUPS).join(':')}::/64`;
}
