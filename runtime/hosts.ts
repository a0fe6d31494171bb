/**
 * Under which names a server that asks for no credentials answers. An address in reach keeps nobody's web pages out: a
 * page whose name was made to resolve to that address (DNS rebinding) counts as the same origin for the browser, and may
 * read every answer. Such requests carry that name. No name can be made to stand for an address, so addresses are safe;
 * and so are names that no public DNS can hold, since whoever owns such a page owns none of them.
 */
import { isIP } from 'node:net';
import { isLoopback } from './loopback.js';

export interface HostRule {
  /** Addresses beside those of loopback. */
  readonly addresses: boolean;
  /** Names that are found on the own network only: `api`, `shop.internal`, `api.ns.svc.cluster.local`. */
  readonly localNames: boolean;
  /** Beside `localhost`; in lower case, without ports. */
  readonly names: readonly string[];
}

interface Asked {
  /** The target of the request as it was sent. */
  readonly originalUrl: string;
  readonly headersDistinct: Readonly<NodeJS.Dict<readonly string[]>>;
}

/** Names without a dot, and those below domains that are reserved for use within a network (RFC 2606, 6761, 6762, 8375). */
const LOCAL_NAME = /^(?:[a-z0-9_-]+\.)*(?:localhost|local|internal|test|home\.arpa)$|^[a-z0-9_-]+$/;
/** A browser takes these for addresses, so they are no names. */
const NUMBER = /^(?:\d+|0x[\da-f]*)$/;

const ABSOLUTE = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i;

/** Whether the request is for a server of one of these names. Who names none at all (HTTP/1.0) is no browser. */
export function isAskedFor(rule: HostRule, { originalUrl, headersDistinct: { host = [] } }: Asked): boolean {
  // A target with an authority counts before the header (RFC 9112, section 3.2.2).
  const authority = ABSOLUTE.exec(originalUrl)?.[1];
  const asked = authority === undefined ? host : [authority];
  return asked.length <= 1 && asked.every((one) => isAllowed(rule, nameIn(one)));
}

function isAllowed({ addresses, localNames, names }: HostRule, name: string): boolean {
  if (isLoopback(name) || names.includes(name)) return true;
  return (addresses && isIP(name) !== 0) || (localNames && LOCAL_NAME.test(name) && !NUMBER.test(name));
}

/** Without port and brackets. */
function nameIn(authority: string): string {
  return authority
    .replace(/:\d*$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase();
}
