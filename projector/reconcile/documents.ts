/**
 * Every document of a view, and what the states make of it: by the ids that there are of its key, so that none is missing,
 * and by the ids that are stored, so that there is none too many.
 */
import type { View } from '../../mappings/contract.js';
import { idsOf } from '../pipeline/document-ids.js';
import type { Target } from '../ports/documents.js';
import type { KeyScan } from '../ports/states.js';
import type { Subject } from './check.js';
import { type DocumentLook, lookAt } from './look.js';
import { type RepairPorts, repairDocuments } from './repair.js';

export interface DocumentCheckPorts extends RepairPorts {
  readonly scan: KeyScan;
  /** See `DriftPorts`. */
  readonly settle: () => Promise<boolean>;
}

const PAGE_IDS = 1000;

/** `target`: the place that readers see. */
export function documentsOf(ports: DocumentCheckPorts, view: View, target: Target): Subject<DocumentLook> {
  const { documents, patience, scan } = ports;
  async function* pages() {
    yield* idsOf(ports, view.keyedBy, PAGE_IDS);
    for await (const ids of documents.ids(target, PAGE_IDS)) {
      const known = await patience.until(() => scan.known(view.keyedBy, ids));
      yield ids.filter((id) => !known.has(id));
    }
  }
  return {
    name: view.name,
    async *parts() {
      yield pages();
    },
    look: (ids) => patience.until(() => lookAt(ports, view, target, ids)),
    wasWritten: (before, now) => before.ticket !== now.ticket || before.stored !== now.stored,
    settle: ports.settle,
    repair: (drifted) => repairDocuments(ports, view, target, drifted),
  };
}
