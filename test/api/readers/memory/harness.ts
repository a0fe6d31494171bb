/** Readers over memory, for the contract suites. */
import { MemoryReader } from '../../../../api/readers/memory/reader.js';
import type { StoredDocument } from '../../../../mappings/contract.js';
import type { ReaderHarness } from '../harness.js';

export async function openMemory(): Promise<ReaderHarness> {
  const reader = new MemoryReader();
  const sets = new Map<object, Map<string, StoredDocument>>();
  const write: ReaderHarness['write'] = async (documents, stored) => {
    const set = sets.get(documents) ?? new Map<string, StoredDocument>();
    sets.set(documents, set);
    for (const [id, document] of stored) {
      if (document === null) set.delete(id);
      else set.set(id, document);
    }
    reader.hold(documents, set);
  };
  return { reader, fill: write, write, async close() {} };
}
