/** Refusals stand until their documents are written, whoever writes them. */
import { expect, it } from 'vitest';
import type { RefusedDocument } from '../../../projector/ports/refusals.js';
import type { Ticket } from '../../../projector/ports/tickets.js';
import { standing, standingPages } from '../../../projector/reconcile/refusals.js';
import { MongoDocumentScan } from '../../../projector/stores/mongodb/document-scan.js';
import { MongoDocumentStore } from '../../../projector/stores/mongodb/documents.js';
import { MongoGenerationStorage } from '../../../projector/stores/mongodb/generation-storage.js';
import { RefusedDocuments } from '../../../projector/stores/mongodb/refused.js';
import { generationsFor } from './generations.js';

const TARGET = { view: 'customers', revision: 1 } as const;
/** The most that MongoDB takes is 16 MB. */
const TOO_LARGE = { name: 'x'.repeat(17 * 1024 * 1024) };
const FIT = { name: '王芳' };

const open = generationsFor('refusals', ({ db }, record) => new MongoGenerationStorage(db).create(record));

async function opened() {
  const { servers, number } = await open();
  const told: RefusedDocument[] = [];
  const refusals = new RefusedDocuments(servers.db, number, (documents) => void told.push(...documents));
  const store = new MongoDocumentStore(servers.db, number, refusals);
  const publish = (ticket: number, id: string, stored: typeof FIT | null) =>
    store.publish(TARGET, ticket as Ticket, [{ id, stored }]);
  const ports = { refusals, documents: new MongoDocumentScan(servers.db, number) };
  const stand = async (pageMax?: number) => {
    const ids: string[] = [];
    for await (const page of standingPages(ports, pageMax)) ids.push(...page.map(({ id }) => id));
    return ids;
  };
  return { told, refusals, publish, ports, stand };
}

it('are told when they are recorded, and listed a page at a time', async () => {
  const { told, publish, stand, refusals } = await opened();
  for (const id of ['c-1', 'c-2', 'c-3']) await publish(3, id, TOO_LARGE);
  expect(told).toMatchObject([{ id: 'c-1', ticket: 3 }, { id: 'c-2' }, { id: 'c-3' }]);
  expect(await stand(2)).toEqual(['c-1', 'c-2', 'c-3']);
  expect(await refusals.count()).toBe(3);
  const known = ['c-2', 'c-4'].map((id) => ({ target: TARGET, id }));
  expect(await refusals.find(known)).toMatchObject([{ target: TARGET, id: 'c-2', ticket: 3 }]);
});

it('are over when the document is written or hidden under a higher ticket, and not before', async () => {
  const { publish, stand, refusals } = await opened();
  for (const id of ['written', 'hidden', 'older', 'none']) {
    await publish(1, id, FIT);
    await publish(3, id, TOO_LARGE);
  }
  await publish(2, 'older', FIT);
  await publish(4, 'written', FIT);
  await publish(4, 'hidden', null);
  expect(await stand()).toEqual(['none', 'older']);
  expect(await refusals.count()).toBe(2);
});

it('that are repeated while others are settled stay', async () => {
  const { publish, ports, refusals } = await opened();
  await publish(3, 'c-1', TOO_LARGE);
  const known = await refusals.page(null, 10);
  await publish(4, 'c-1', FIT);
  await publish(5, 'c-1', TOO_LARGE);
  expect(await standing(ports, known)).toEqual([]);
  expect(await refusals.page(null, 10)).toMatchObject([{ id: 'c-1', ticket: 5 }]);
});
