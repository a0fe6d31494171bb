/** The `Link` header of a list (RFC 8288): its own parameters with another place to go on. */
import { type Pair, writeQueryString } from '../query/given.js';
import { LIMITS } from '../query/parameters.js';

/** A header must fit into what clients accept; a longer cursor is found in the body only. */
const TARGET_LENGTH_MAX = 4_000;

export interface Place {
  /** The list's path, percent-encoded. */
  readonly path: string;
  readonly pairs: readonly Pair[];
  /** `null` with a cursor. */
  readonly page: number | null;
  readonly size: number;
  readonly next: string | null;
}

export function linkHeader(place: Place): string {
  const { page, next, size } = place;
  const links: [relation: string, target: string][] = [];
  const byPage = page !== null && (page + 1) * size <= LIMITS.pageReachMax;
  if (next !== null) links.push(['next', byPage ? at(place, ['page', String(page + 1)]) : at(place, ['cursor', next])]);
  links.push(['first', page === null ? at(place, null) : at(place, ['page', '1'])]);
  if (page !== null && page > 1) links.push(['prev', at(place, ['page', String(page - 1)])]);
  return links
    .filter(([, target]) => target.length <= TARGET_LENGTH_MAX)
    .map(([relation, target]) => `<${target}>; rel="${relation}"`)
    .join(', ');
}

function at({ path, pairs }: Place, position: Pair | null): string {
  const others = pairs.filter(([name]) => name !== 'page' && name !== 'cursor');
  const query = writeQueryString(position === null ? others : [...others, position]);
  return query === '' ? path : `${path}?${query}`;
}
