/** What an operation tells of documents that a store refuses, however many there are. */
import { describe, expect, it } from 'vitest';
import { assertNoneRefused } from '../../../projector/operations/refusals.js';
import type { RefusedDocument } from '../../../projector/ports/refusals.js';
import type { Ticket } from '../../../projector/ports/tickets.js';
import { countRefused } from '../../../projector/reconcile/refusals.js';
import { RefusedSoFar } from '../../../projector/reconcile/refused-so-far.js';
import { operatedIn } from '../../memory/operated.js';
import { liveProjection } from '../../memory/projection.js';
import { MemoryRefusalDesk } from '../../memory/refusals.js';

const TARGET = { view: 'orders', revision: 1 } as const;
const SETTINGS = { businessTimeZone: 'UTC', reportingCurrency: 'CNY' };
const NOW = Date.UTC(2026, 10, 21);

function refusedDocument(id: string): RefusedDocument {
  return { target: TARGET, id, ticket: 7 as Ticket, reason: 'unfit' };
}

function opened(documents: number) {
  const world = liveProjection({ now: NOW, settings: SETTINGS });
  const refusals = new MemoryRefusalDesk();
  const refused = new RefusedSoFar();
  const all = Array.from({ length: documents }, (_, i) => refusedDocument(`o-${i}`));
  refusals.record(...all.map((one) => ({ ...one, refusedAt: new Date(NOW) })));
  refused.add(all);
  return { world, refusals, refused, all, operated: { ...operatedIn(world, []), refusals, refused } };
}

describe('an operation whose documents are refused', () => {
  it('looks at them a piece at a time, counts them all and names a few', async () => {
    const { operated, refusals } = opened(1_234);
    const asserted = assertNoneRefused(operated);
    await expect(asserted).rejects.toThrow(/^1234 document\(s\) of generation 1 .*orders\/o-9 \(unfit\), …\. All else/);
    await expect(asserted).rejects.not.toThrow('o-10');
    expect(refusals.asked).toHaveLength(13);
    expect(Math.max(...refusals.asked)).toBe(100);
  });

  it('tells of each once, and of one that was written since not at all', async () => {
    const { operated, refusals, refused, world, all } = opened(2);
    await world.documents.publish(TARGET, 7 as Ticket, [{ id: 'o-0', stored: { orderId: 'o-0' } }]);
    refused.add(all);
    await expect(assertNoneRefused(operated)).rejects.toThrow(/^1 document\(s\) .*orders\/o-1 \(unfit\)\. All else/);
    expect(refusals.asked).toEqual([2]);
    await assertNoneRefused(operated);
    expect(refusals.asked).toEqual([2]);
  });
});

it('a refusal is counted until its document is written or hidden', async () => {
  const { operated, world } = opened(2_500);
  expect(await countRefused(operated)).toBe(2_500);
  await world.documents.publish(TARGET, 8 as Ticket, [{ id: 'o-3', stored: null }]);
  expect(await countRefused(operated)).toBe(2_499);
});
