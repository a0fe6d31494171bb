/** What every store of documents does. */
import { describe, expect, it } from 'vitest';
import type { StoredDocument } from '../../../mappings/contract.js';
import type { DocumentScan, DocumentStore, OutgoingDocument, Target } from '../../../projector/ports/documents.js';
import type { Ticket } from '../../../projector/ports/tickets.js';
import { ODD_DOCUMENT_IDS } from './odd-ids.js';

/** An empty store, and how to look into it. */
export interface OpenedDocumentStore {
  readonly store: DocumentStore;
  readonly scan: Pick<DocumentScan, 'read' | 'tickets'>;
  readonly target: Target;
  /** A document that the store takes, different for each number. */
  document(id: string, number: number): StoredDocument;
  /** One that it refuses for good. */
  unfit(id: string): StoredDocument;
  /** What is stored under the ids: `null` is a tombstone. Ids without any are left out. */
  read(ids: readonly string[]): Promise<ReadonlyMap<string, Stored>>;
  /** What was recorded as refused. */
  refused(): Promise<readonly { readonly id: string; readonly ticket: number; readonly reason: string }[]>;
}

export interface Stored {
  readonly ticket: number;
  readonly stored: StoredDocument | null;
}

const NONE_REFUSED = { superseded: 0, refused: 0 };
const ticket = (number: number) => number as Ticket;

/** `open` gives an empty store each time. */
export function documentStoreSuite(open: () => Promise<OpenedDocumentStore>): void {
  const opened = async () => {
    const access = await open();
    const { store, target, document } = access;
    const outgoing = (id: string, number: number): OutgoingDocument => ({ id, stored: document(id, number) });
    const publish = (number: number, ...documents: OutgoingDocument[]) =>
      store.publish(target, ticket(number), documents);
    const read = async (id: string) => (await access.read([id])).get(id);
    return { ...access, outgoing, publish, read, readAll: access.read };
  };

  describe('a store of documents', () => {
    it('keeps what is published, with its ticket', async () => {
      const { publish, outgoing, read, document } = await opened();
      expect(await publish(3, outgoing('a', 1), outgoing('b', 2))).toEqual({ written: 2, ...NONE_REFUSED });
      expect(await read('a')).toEqual({ ticket: 3, stored: document('a', 1) });
      expect(await read('b')).toEqual({ ticket: 3, stored: document('b', 2) });
      expect(await read('c')).toBeUndefined();
      expect(await publish(4)).toEqual({ written: 0, ...NONE_REFUSED });
    });

    it('lets the higher ticket win, and neither an equal nor a lower one', async () => {
      const { publish, outgoing, read, document } = await opened();
      await publish(5, outgoing('a', 5));
      expect(await publish(4, outgoing('a', 4))).toEqual({ written: 0, superseded: 1, refused: 0 });
      expect(await publish(5, outgoing('a', 50))).toEqual({ written: 0, superseded: 1, refused: 0 });
      expect(await read('a')).toEqual({ ticket: 5, stored: document('a', 5) });
      expect(await publish(6, outgoing('a', 6))).toEqual({ written: 1, ...NONE_REFUSED });
      expect(await read('a')).toEqual({ ticket: 6, stored: document('a', 6) });
      // The same content raises the guard all the same.
      await publish(9, outgoing('a', 6));
      expect(await publish(8, outgoing('a', 8))).toMatchObject({ superseded: 1 });
      expect(await read('a')).toEqual({ ticket: 9, stored: document('a', 6) });
    });

    it('ends with the highest ticket when several write at a time', async () => {
      const { publish, outgoing, read, document } = await opened();
      await Promise.all([4, 2, 7, 1, 6, 3, 5].map((number) => publish(number, outgoing('a', number))));
      expect(await read('a')).toEqual({ ticket: 7, stored: document('a', 7) });
    });

    it('keeps the ticket of a tombstone, so that a late write does not bring the document back', async () => {
      const { publish, outgoing, read, document } = await opened();
      await publish(1, outgoing('a', 1));
      expect(await publish(3, { id: 'a', stored: null }, { id: 'never-seen', stored: null })).toMatchObject({
        written: 2,
      });
      expect(await publish(2, outgoing('a', 2), outgoing('never-seen', 2))).toMatchObject({ superseded: 2 });
      expect(await read('a')).toEqual({ ticket: 3, stored: null });
      expect(await read('never-seen')).toEqual({ ticket: 3, stored: null });
      await publish(4, outgoing('a', 4));
      expect(await read('a')).toEqual({ ticket: 4, stored: document('a', 4) });
    });

    it('takes any id', async () => {
      const { publish, outgoing, readAll, document } = await opened();
      await publish(1, ...ODD_DOCUMENT_IDS.map((id, i) => outgoing(id, i)));
      const stored = await readAll(ODD_DOCUMENT_IDS);
      for (const [i, id] of ODD_DOCUMENT_IDS.entries())
        expect(stored.get(id), id).toEqual({ ticket: 1, stored: document(id, i) });
    });

    it('is read by ids, tombstones included, and its tickets alone', async () => {
      const { publish, outgoing, scan, target, document } = await opened();
      await publish(3, ...ODD_DOCUMENT_IDS.map((id, i) => outgoing(id, i)));
      await publish(5, outgoing('a', 1), { id: 'gone', stored: null });
      const ids = [...ODD_DOCUMENT_IDS, 'a', 'gone', 'never-seen'];
      const tickets = new Map([...ODD_DOCUMENT_IDS.map((id) => [id, 3] as const), ['a', 5], ['gone', 5]]);
      expect(await scan.tickets(target, ids)).toEqual(tickets);
      expect(await scan.tickets(target, [])).toEqual(new Map());
      const read = await scan.read(target, ids);
      expect(new Map([...read].map(([id, { ticket }]) => [id, ticket]))).toEqual(tickets);
      expect([read.get('a')?.stored, read.get('gone')?.stored]).toEqual([document('a', 1), null]);
    });

    it('records one that it refuses for good, and writes the ninety-nine others', async () => {
      const { publish, outgoing, readAll, unfit, refused } = await opened();
      const documents = Array.from({ length: 100 }, (_, i) => outgoing(`d-${i}`, i));
      documents[37] = { id: 'd-37', stored: unfit('d-37') };
      expect(await publish(7, ...documents)).toEqual({ written: 99, superseded: 0, refused: 1 });
      const stored = await readAll(documents.map(({ id }) => id));
      expect(stored.size).toBe(99);
      expect(stored.has('d-37')).toBe(false);
      expect(await refused()).toEqual([{ id: 'd-37', ticket: 7, reason: expect.stringMatching(/\w+/) as string }]);
    });

    it('writes 2,500 documents at once, and tells those that are superseded', async () => {
      const { publish, outgoing, readAll, document } = await opened();
      const ids = Array.from({ length: 2500 }, (_, i) => `d-${i}`);
      await publish(5, ...ids.filter((_, i) => i % 5 === 0).map((id) => outgoing(id, 5)));
      expect(await publish(3, ...ids.map((id) => outgoing(id, 3)))).toEqual({
        written: 2000,
        superseded: 500,
        refused: 0,
      });
      const stored = await readAll(ids);
      for (const [i, id] of ids.entries()) {
        const number = i % 5 === 0 ? 5 : 3;
        expect(stored.get(id)).toEqual({ ticket: number, stored: document(id, number) });
      }
    });
  });
}
