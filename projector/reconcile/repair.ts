/** Writes what has drifted by the path of every other write: a fresh ticket, then reading, rendering and writing. */
import type { View } from '../../mappings/contract.js';
import { DirtyDocuments } from '../pipeline/dirty.js';
import { chunksOf, type PublishPorts, publishAll } from '../pipeline/publish.js';
import type { Target } from '../ports/documents.js';
import type { TicketLevel } from '../ports/tickets.js';
import type { Patience } from '../work/retry-policy.js';
import { type DocumentLook, type LookPorts, lookAt } from './look.js';

export interface RepairPorts extends LookPorts {
  readonly publish: PublishPorts;
  readonly tickets: TicketLevel;
  readonly patience: Patience;
  readonly chunkDocumentsMax: number;
}

/**
 * Half of the numbers that are exact in JavaScript, which leaves as many to be given. A counter is never raised above:
 * somebody else's version that is higher must be removed by hand.
 */
export const TICKET_RAISED_MAX = 2 ** 52;

/**
 * Elasticsearch remembers for a minute the version of what somebody has deleted, one above the deleted: it may be the
 * very next ticket.
 */
const ATTEMPTS = 3;

/** @returns the ids that could not be written: refused for good, or kept out by a version beyond `TICKET_RAISED_MAX`. */
export async function repairDocuments(
  ports: RepairPorts,
  view: View,
  target: Target,
  drifted: ReadonlyMap<string, DocumentLook>,
): Promise<readonly string[]> {
  await raiseAbove(
    ports,
    [...drifted.values()].map(({ ticket }) => ticket ?? 0),
  );
  let left = [...drifted.keys()];
  for (let attempt = 0; attempt < ATTEMPTS && left.length > 0; attempt += 1) {
    const documents = new DirtyDocuments();
    for (const id of left) documents.add(view.name, id);
    // What no state is behind becomes a tombstone: should a state come, it does so under a higher ticket.
    await publishAll(ports.publish, ports.patience, chunksOf(documents, ports.chunkDocumentsMax), 'hidden');
    const looks = await ports.patience.until(() => lookAt(ports, view, target, left));
    // One that carries another ticket by now was written; that something is in flight again is another matter.
    left = left.filter((id) => {
      const look = looks.get(id);
      return look !== undefined && look.ticket === drifted.get(id)?.ticket;
    });
  }
  return left;
}

/** What lies above the counter would keep every write out until the counter has come so far. */
export async function raiseAbove(
  { tickets, patience }: Pick<RepairPorts, 'tickets' | 'patience'>,
  stored: readonly number[],
): Promise<void> {
  const highest = stored.filter((ticket) => ticket <= TICKET_RAISED_MAX).reduce((a, b) => Math.max(a, b), 0);
  if (highest > (await patience.until(() => tickets.last()))) await patience.until(() => tickets.raise(highest));
}
