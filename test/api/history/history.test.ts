/** Histories over what the real pipeline keeps: documents as of each event are those of a clean computation without the later ones. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SHOP_NOW, shopEvents } from '../../projector/pipeline/shop-events.js';
import { recompute } from '../../recomputation.js';
import { history } from '../../view-kit/history.js';
import { projected, SETTINGS } from './projected.js';

const event = history('2026-11-20T10:00:00Z');

describe('a history', () => {
  it('shows with each event the document of a clean computation without those that come later', async () => {
    let shown = 0;
    await fc.assert(
      fc.asyncProperty(shopEvents, async (all) => {
        const { historyAt } = await projected(all);
        for (const view of ['orders', 'products', 'customers'] as const) {
          const subjects = new Set(all.filter(({ topic }) => topic === view).map((one) => one.event.subject));
          for (const id of subjects) {
            const { complete, moments } = await historyAt(view, id);
            expect(complete).toBe(true);
            for (const [i, { document }] of moments.entries()) {
              const later = new Set(moments.slice(i + 1).map(({ version: { eventId } }) => eventId));
              const known = all.filter(({ topic, event: { id: own } }) => topic !== view || !later.has(own));
              const expected = recompute(known, { now: SHOP_NOW, timeZone: SETTINGS.businessTimeZone })[view].get(id);
              expect(document).toEqual(expected ?? null);
              shown += document === null ? 0 : 1;
            }
          }
        }
      }),
      { numRuns: 40 },
    );
    expect(shown).toBeGreaterThan(100);
  });

  const RENAMED = [
    event('customer.registered', 'c-1', { name: '王芳' }),
    event('customer.updated', 'c-1', { name: '王小明' }),
    event('customer.updated', 'c-1', { city: '上海' }),
  ];

  it('is in the order of the events, whatever the order of their arrival', async () => {
    const { historyAt } = await projected([...RENAMED].reverse());
    const { moments } = await historyAt('customers', 'c-1');
    expect(
      moments.map(({ version: { sequence }, position: { offset }, document }) => [sequence, offset, named(document)]),
    ).toEqual([
      [1, 2, '王芳'],
      [2, 1, '王小明'],
      [3, 0, '王小明'],
    ]);
  });

  it('tells no documents when an event is no longer in Kafka, and says so', async () => {
    const { historyAt } = await projected(RENAMED, { begins: 1 });
    const { complete, moments } = await historyAt('customers', 'c-1');
    expect(complete).toBe(false);
    expect(moments.map(({ type, document }) => [type, document])).toEqual([
      [null, null],
      ['customer.updated', null],
      ['customer.updated', null],
    ]);
  });

  it('never shows what was erased, though it is still in Kafka', async () => {
    const back = event('customer.registered', 'c-1', { name: '李四' });
    const erased = [...RENAMED, event('customer.erased', 'c-1'), { ...back, event: { ...back.event, sequence: '9' } }];
    const { historyAt } = await projected(erased);
    const told = await historyAt('customers', 'c-1');
    expect(told.moments.map(({ document }) => named(document))).toEqual(['李四']);
    expect(JSON.stringify(told)).not.toMatch(/王芳|王小明|上海/);
  });
});

function named(document: unknown): unknown {
  return (document as { name?: unknown } | null)?.name;
}
