/**
 * Looks at documents: what is stored, and what the states make of them now, by the very loading and rendering that
 * publishes them.
 *
 * What is stored is read first. A document that was written under a ticket has been rendered from states as they were
 * after it; so when it is not as the states make it, either the states have changed since then, and somebody is on the
 * way to write it, or it has drifted. `proveDrift` tells them apart.
 */
import { dayOf } from '../../mappings/calendar.js';
import type { DerivationSettings, StoredDocument, View } from '../../mappings/contract.js';
import { type LoadPorts, loadFor } from '../pipeline/load.js';
import { render } from '../pipeline/publish.js';
import type { Clock } from '../ports/clock.js';
import type { DocumentScan, OutgoingDocument, ScannedDocument, Target } from '../ports/documents.js';
import type { Room } from '../ports/errors.js';
import type { TicketLevel } from '../ports/tickets.js';
import { foundInRoom } from '../work/room.js';
import { digestOf } from './digest.js';
import { pathsThatDiffer } from './paths.js';

export interface LookPorts extends LoadPorts {
  readonly documents: DocumentScan;
  readonly tickets: Pick<TicketLevel, 'last'>;
  readonly clock: Clock;
  readonly settings: DerivationSettings;
  /** Of documents, and of what they are rendered from, that are looked at together. */
  readonly loadedCharactersMax: number;
}

/**
 * `missing`: the document, or the tombstone in its place, is not there. `extra`: there is no state that it could come
 * from. `ahead`: its ticket was never given, and keeps every later version out. Fields by their paths, without values.
 */
export type Fault =
  | { readonly kind: 'missing' | 'extra' }
  | { readonly kind: 'different'; readonly fields: readonly string[] }
  | { readonly kind: 'ahead'; readonly ticket: number };

export interface DocumentLook {
  readonly fault: Fault;
  /** The ticket that is stored; `null` when nothing is, or nothing that is a ticket. */
  readonly ticket: number | null;
  /** Digest of what is stored, to tell whether it has changed. */
  readonly stored: number | null;
}

/** Those of the documents that are not as they should be now. */
export async function lookAt(
  ports: LookPorts,
  view: View,
  target: Target,
  ids: readonly string[],
): Promise<Map<string, DocumentLook>> {
  return foundInRoom(ids, ports.loadedCharactersMax, (part, room) => lookAtPart(ports, view, target, part, room));
}

async function lookAtPart(
  ports: LookPorts,
  view: View,
  target: Target,
  ids: readonly string[],
  room: Room,
): Promise<Map<string, DocumentLook>> {
  const found = await ports.documents.read(target, ids, room);
  // A ticket that is stored was given before, whoever took it.
  const lastTicket = await ports.tickets.last();
  const faults = new Map<string, Fault | null>();
  for (const { id, stored } of await expectedNow(ports, view, ids, room)) {
    faults.set(id, judge(stored, found.get(id), lastTicket));
  }
  const looks = new Map<string, DocumentLook>();
  for (const id of ids) {
    const document = found.get(id);
    const expected = faults.get(id);
    const fault = expected === undefined ? judge(undefined, document, lastTicket) : expected;
    if (fault === null) continue;
    looks.set(id, {
      fault,
      ticket: document === undefined || Number.isNaN(document.ticket) ? null : document.ticket,
      stored: document === undefined ? null : digestOf(document.stored),
    });
  }
  return looks;
}

/** As they would be written now, one by one; `null` is a tombstone. Those without a founded state are left out. */
export async function expectedNow(
  ports: LoadPorts & Pick<LookPorts, 'clock' | 'settings'>,
  view: View,
  ids: readonly string[],
  room?: Room,
): Promise<Iterable<OutgoingDocument>> {
  const today = dayOf(ports.clock.now(), ports.settings.businessTimeZone);
  const loaded = await loadFor(ports, new Map([[view, ids]]), today, room);
  return render(view, ids, loaded, { ...ports.settings, today });
}

/** `null`: it is as it should be. `expected`: `null` is a tombstone, `undefined` that nothing should be seen. */
export function judge(
  expected: StoredDocument | null | undefined,
  found: ScannedDocument | undefined,
  lastTicket: number,
): Fault | null {
  if (found === undefined) return expected === undefined ? null : { kind: 'missing' };
  const isGiven = found.ticket <= lastTicket;
  // A tombstone in the place of nothing hides what somebody else had put there.
  if (expected === undefined || expected === null) {
    if (found.stored !== null) return { kind: expected === undefined ? 'extra' : 'different', fields: ['hidden'] };
    return isGiven ? null : aheadOf(found);
  }
  if (found.stored === null) return { kind: 'different', fields: ['hidden'] };
  const fields = pathsThatDiffer(asStored(expected), found.stored);
  if (fields.length > 0) return { kind: 'different', fields };
  return isGiven ? null : aheadOf(found);
}

function aheadOf({ ticket }: ScannedDocument): Fault {
  return Number.isNaN(ticket) ? { kind: 'different', fields: ['ticket'] } : { kind: 'ahead', ticket };
}

/** As it comes back from a store. */
function asStored(document: StoredDocument): StoredDocument {
  return JSON.parse(JSON.stringify(document)) as StoredDocument;
}
