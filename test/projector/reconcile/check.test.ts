/** The real pipeline and the real checks over stores in memory. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { View } from '../../../mappings/contract.js';
import type { AggregateName } from '../../../mappings/events/event.js';
import { aggregates, views } from '../../../mappings/registry.js';
import { textOfGroup } from '../../../mappings/rollups/group.js';
import { decodeBatch } from '../../../projector/pipeline/decode.js';
import { Dirty } from '../../../projector/pipeline/dirty.js';
import { foldBatch } from '../../../projector/pipeline/fold.js';
import { StateCache } from '../../../projector/pipeline/state-cache.js';
import { check, type Findings, type Subject } from '../../../projector/reconcile/check.js';
import { documentsOf } from '../../../projector/reconcile/documents.js';
import type { Fault } from '../../../projector/reconcile/look.js';
import { sumsOf } from '../../../projector/reconcile/rollups.js';
import { statesOf } from '../../../projector/reconcile/states.js';
import { Pace } from '../../../projector/work/pace.js';
import { ROLLUP_NAMES } from '../../../runtime/storage/contributions.js';
import { decodeState, encodeState } from '../../../runtime/storage/state-codec.js';
import { LOADED_CHARACTERS_MAX, liveProjection, STATE_BYTES_MAX, toRecord } from '../../memory/projection.js';
import { MemoryStateScan } from '../../memory/rebuilds.js';
import { MemoryBasisScan, MemoryDocumentScan, MemoryEventLog, MemoryTicketLevel } from '../../memory/scans.js';
import { recompute } from '../../recomputation.js';
import type { PublishedEvent } from '../../recomputation-documents.js';
import { history } from '../../view-kit/history.js';
import { SHOP_NOW, shopEvents } from '../pipeline/shop-events.js';

const SETTINGS = { businessTimeZone: 'Asia/Shanghai', reportingCurrency: 'CNY' };

const BOUNDS = { settings: SETTINGS, stateBytesMax: STATE_BYTES_MAX, loadedCharactersMax: LOADED_CHARACTERS_MAX };

type World = ReturnType<typeof liveProjection>;

async function shop(published: readonly PublishedEvent[]): Promise<World> {
  const world = liveProjection({ now: SHOP_NOW, settings: SETTINGS });
  await world.run(published, { batch: 3, workers: 1 });
  return world;
}

function portsOf(world: World, published: readonly PublishedEvent[], settle = async () => true) {
  const publish = world.publishPorts();
  return {
    ...{ aggregates: world.aggregates, rollups: world.rollups, cache: publish.cache, clock: world.clock },
    ...{ settings: SETTINGS, patience: world.patience, chunkDocumentsMax: 2, publish, settle },
    loadedCharactersMax: LOADED_CHARACTERS_MAX,
    documents: new MemoryDocumentScan(world.documents),
    tickets: new MemoryTicketLevel(world.tickets),
    scan: new MemoryStateScan(world.aggregates, world.rollups),
    basis: new MemoryBasisScan(world.aggregates, world.rollups),
    events: new MemoryEventLog(published.map(toRecord)),
    fold: BOUNDS,
    fullStates: world.quarantine,
  };
}

type Ports = ReturnType<typeof portsOf>;

function subjectsOf(ports: Ports): Subject<{ readonly fault: Fault }>[] {
  return [
    ...(Object.keys(aggregates) as AggregateName[]).map((name) => statesOf(ports, name, 1)),
    ...ROLLUP_NAMES.map((rollup) => sumsOf(ports, rollup)),
    ...Object.values(views).map((view) => documentsOf(ports, view, targetOf(view))),
  ] as unknown as Subject<{ readonly fault: Fault }>[];
}

function targetOf({ name }: View) {
  return { view: name, revision: 1 } as const;
}

const UNHURRIED = new Pace(0, { now: () => SHOP_NOW }, async () => {});

async function checkAll(ports: Ports, repair = false): Promise<readonly Findings[]> {
  const found: Findings[] = [];
  for (const subject of subjectsOf(ports)) {
    found.push(await check(subject, { repair, pace: UNHURRIED, goesOn: async () => true }));
  }
  return found;
}

function faultsIn(findings: readonly Findings[]): string[] {
  return findings.flatMap(({ name, listed }) => listed.map(({ id, fault }) => `${fault.kind} ${name}/${id}`)).sort();
}

function expectConverged(world: World, published: readonly PublishedEvent[]): void {
  const expected = recompute([...published], { now: SHOP_NOW, timeZone: SETTINGS.businessTimeZone });
  for (const view of Object.values(views)) {
    const stored = [...world.documents.visible(targetOf(view))];
    expect(new Map(stored.map(([id, document]) => [id, view.fromStored(document)]))).toEqual(expected[view.name]);
  }
}

describe('a check of states, sums and documents', () => {
  it('finds nothing wrong when all is done, whatever came in whatever order, and how often', async () => {
    const withDuplicates = shopEvents.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all)));
    await fc.assert(
      fc.asyncProperty(withDuplicates, async ([all, again]) => {
        const published = [...all, ...again];
        expect(faultsIn(await checkAll(portsOf(await shop(published), published)))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('takes nothing for drift that is merged and on its way into documents', async () => {
    await fc.assert(
      fc.asyncProperty(shopEvents, fc.nat(), async (all, cut) => {
        const first = all.slice(0, cut % all.length);
        const world = await shop(first);
        const late = all.slice(first.length).map((event, i) => ({ ...toRecord(event, first.length + i) }));
        const fold = { ...BOUNDS, store: world.aggregates, cache: new StateCache(10) };
        await foldBatch(fold, decodeBatch(late).deliveries, new Dirty());
        // Whoever has merged them goes on to write what they lead to: a duplicate leads to the same.
        let settled = 0;
        const settle = async () => {
          settled += 1;
          await world.project([late], 4);
          return true;
        };
        const found = await checkAll(portsOf(world, all, settle));
        expect(faultsIn(found)).toEqual([]);
        expect(found.map(({ undecided }) => undecided)).toEqual(found.map(() => 0));
        if (settled > 0) expectConverged(world, all);
      }),
      { numRuns: 60 },
    );
  });

  it('finds and repairs exactly what somebody else has changed', async () => {
    const tampering = fc.constantFrom('delete', 'corrupt', 'push');
    await fc.assert(
      fc.asyncProperty(shopEvents, tampering, fc.nat(), async (all, how, choice) => {
        const world = await shop(all);
        const visible = Object.values(views).flatMap((view) =>
          [...world.documents.visible(targetOf(view))].map(([id, document]) => ({ view, id, document })),
        );
        const one = visible[choice % Math.max(1, visible.length)];
        world.documents.tamper({ view: 'orders', revision: 1 }, 'o-nobody', { ticket: 1, stored: { orderId: 'o-9' } });
        const expected = ['extra orders/o-nobody'];
        if (one !== undefined) {
          const { view, id, document } = one;
          const ticket = world.documents.ticketOf(targetOf(view), id);
          const kinds = { delete: 'missing', corrupt: 'different', push: 'ahead' } as const;
          expected.push(`${kinds[how]} ${view.name}/${id}`);
          const changed = how === 'corrupt' ? { ...document, sources: [['nobody', 1]] } : document;
          const stored = { ticket: how === 'push' ? world.tickets.last + 1000 : ticket, stored: changed };
          world.documents.tamper(targetOf(view), id, how === 'delete' ? undefined : stored);
        }
        const ports = portsOf(world, all);
        expect(faultsIn(await checkAll(ports))).toEqual(expected.sort());
        const repaired = await checkAll(ports, true);
        expect(repaired.reduce((sum, found) => sum + found.repaired, 0)).toBe(expected.length);
        expect(faultsIn(await checkAll(ports))).toEqual([]);
        expectConverged(world, all);
      }),
      { numRuns: 60 },
    );
  });

  it('finds sums that are wrong, which make documents and their recomputation equally wrong, and repairs both', async () => {
    await fc.assert(
      fc.asyncProperty(shopEvents, async (all) => {
        const world = await shop(all);
        const [group] = world.rollups.groups('customerMonths');
        fc.pre(group !== undefined);
        const wrong = {
          ...JSON.parse(world.rollups.copy('customerMonths', group)?.summary ?? '{}'),
          orders: 1000,
        };
        world.rollups.tamper('customerMonths', group, JSON.stringify(wrong));
        const ports = portsOf(world, all);
        expect(faultsIn(await checkAll(ports))).toContain(`different rollups/customerMonths/${textOfGroup(group)}`);
        await checkAll(ports, true);
        expect(faultsIn(await checkAll(ports))).toEqual([]);
        expectConverged(world, all);
      }),
      { numRuns: 30 },
    );
  });

  it('looks for documents that go by the owners of a rollup among those, whose groups may be empty', async () => {
    const events = history('2026-11-01T10:00:00Z');
    const line = (productId: string) => ({ lines: [{ lineId: '1', productId, quantity: 2, unitPrice: 5 }] });
    const published = [
      events('order.placed', 'o-1', { customerId: 'c-1', currency: 'CNY', ...line('p-left') }),
      events('order.paid', 'o-1'),
      // A batch of its own: it leaves the group that the batch before it was in.
      events('order.shipped', 'o-1', { carrier: 'SF', trackingNo: '7' }),
      events('order.amended', 'o-1', line('p-sold')),
    ];
    const world = await shop(published);
    // None of the products has arrived: no state has such an id.
    const view: View = {
      ...views.products,
      keyedBy: { rollup: 'productDays' },
      load: [(productId, wants) => wants.rollup('productDays', productId)],
      render(productId, loaded) {
        const days = loaded.rollup('productDays', productId);
        if (days.length === 0) return { kind: 'unfounded' };
        const sold = days.reduce((sum, { summary }) => sum + summary.sold, 0);
        return sold === 0 ? { kind: 'hidden' } : { kind: 'visible', document: { productId, sold } };
      },
      toStored: (document) => Object(document),
    };
    const target = { view: 'products', revision: 7 } as const;
    const all = documentsOf(portsOf(world, published), view, target);
    const found = async () =>
      faultsIn([await check(all, { repair: false, pace: UNHURRIED, goesOn: async () => true })]);
    expect(await found()).toEqual(['missing products/p-left', 'missing products/p-sold']);
    world.documents.tamper(target, 'p-sold', { ticket: 1, stored: { productId: 'p-sold', sold: 2 } });
    world.documents.tamper(target, 'p-left', { ticket: 1, stored: { productId: 'p-left', sold: 2 } });
    world.documents.tamper(target, 'o-1', { ticket: 1, stored: {} });
    expect(await found()).toEqual(['different products/p-left', 'extra products/o-1']);
  });

  it('finds states whose mark of a gap is not what their sequences say, and marks them again', async () => {
    const events = history('2026-11-01T10:00:00Z');
    const [first, , third] = [1, 2, 3].map(() => events('customer.updated', 'c-1', { city: 'Ulm' }));
    const published = [first, third].flatMap((one) => one ?? []);
    const world = await shop(published);
    const { customers } = world.aggregates.records;
    const record = customers.get('c-1');
    expect(record?.gap).toEqual({ awaited: 2, since: toRecord(published[1] as PublishedEvent, 1).timestamp });
    if (record === undefined) return;
    const { gap: _, ...unmarked } = record;
    customers.set('c-1', unmarked);
    const ports = portsOf(world, published);
    expect(faultsIn(await checkAll(ports))).toEqual(['different states/customers/c-1']);
    await checkAll(ports, true);
    expect(customers.get('c-1')?.gap).toEqual(record.gap);
    expect(faultsIn(await checkAll(ports))).toEqual([]);
  });

  it('takes a deleted order for right whose state was folded before its owner was kept, and no other that lacks one', async () => {
    const events = history('2026-11-01T10:00:00Z');
    const placed = {
      customerId: 'c-1',
      currency: 'CNY',
      lines: [{ lineId: '1', productId: 'p-1', quantity: 1, unitPrice: 5 }],
    };
    const published = [
      ...['o-deleted', 'o-present'].flatMap((id) => events('order.placed', id, placed)),
      events('order.deleted', 'o-deleted', {}),
    ].flat();
    const world = await shop(published);
    const ports = portsOf(world, published);
    const lose = async (id: string) => {
      const record = world.aggregates.records.orders.get(id);
      const state = decodeState(record?.state ?? '');
      expect(state.registers.has('customerId')).toBe(true);
      const registers = new Map([...state.registers].filter(([name]) => name !== 'customerId'));
      if (record !== undefined)
        world.aggregates.records.orders.set(id, { ...record, state: encodeState({ ...state, registers }) });
    };
    await lose('o-deleted');
    expect(faultsIn(await checkAll(ports))).toEqual([]);
    await lose('o-present');
    expect(faultsIn(await checkAll(ports))).toContain('different states/orders/o-present');
  });

  it('finds states that have lost what the events say, and builds upon the events again', async () => {
    await fc.assert(
      fc.asyncProperty(shopEvents, fc.nat(), async (all, choice) => {
        const world = await shop(all);
        const orders = world.aggregates.records.orders;
        const ids = [...orders.keys()];
        const id = ids[choice % ids.length] ?? '';
        orders.delete(id);
        const ports = portsOf(world, all);
        expect(faultsIn(await checkAll(ports))).toContain(`missing states/orders/${id}`);
        await checkAll(ports, true);
        expect(faultsIn(await checkAll(ports))).toEqual([]);
        expectConverged(world, all);
      }),
      { numRuns: 30 },
    );
  });
});
