/** What every store of rollups does. */
import { describe, expect, it } from 'vitest';
import type { Contribution } from '../../../mappings/contract.js';
import { type Group, group, textOfGroup } from '../../../mappings/rollups/group.js';
import type { ProductDay, RollupName } from '../../../mappings/rollups/summaries.js';
import type { OwnerPage, RollupStore } from '../../../projector/ports/rollups.js';
import type { AggregateStore } from '../../../projector/ports/states.js';
import type { Ticket } from '../../../projector/ports/tickets.js';
import { storedContributions } from '../../../runtime/storage/contributions.js';
import { stateWrite } from './aggregate-store.suite.js';
import { ODD_DOCUMENT_IDS } from './odd-ids.js';

const sold = (units: number): ProductDay => ({ sold: units, returned: 0, revenue: [['CNY', units * 100]] });
const ticket = (number: number) => number as Ticket;

/** `open` gives empty stores each time, of the same generation. */
export function rollupStoreSuite(open: () => Promise<{ aggregates: AggregateStore; rollups: RollupStore }>): void {
  describe('the members of a group', () => {
    const contributing = (id: string, expected: number, own: Partial<Record<RollupName, readonly Contribution[]>>) =>
      stateWrite(id, expected, {
        contributions: Object.fromEntries(
          Object.entries(own).map(([rollup, contributions]) => [rollup, storedContributions(contributions)]),
        ),
      });
    const membersOf = async (rollups: RollupStore, rollup: RollupName, groups: readonly Group[]) => {
      const members = new Map<string, Contribution[]>();
      await rollups.members(rollup, groups, (name, contribution) => {
        members.set(name, [...(members.get(name) ?? []), contribution]);
      });
      return members;
    };
    const sale = (owner: string, period: string, units = 1) => ({ ...group(owner, period), sold: units });

    it('are the orders that contribute to it now, each with its contribution', async () => {
      const { aggregates, rollups } = await open();
      await aggregates.write('orders', [
        contributing('o-1', 0, { productDays: [sale('p-1', '2026-11-01', 2), sale('p-2', '2026-11-01')] }),
        contributing('o-2', 0, {
          productDays: [sale('p-1', '2026-11-01', 3)],
          customerMonths: [sale('p-1', '2026-11')],
        }),
        contributing('o-3', 0, { productDays: [sale('p-1', '2026-11-02')] }),
      ]);
      const groups = [group('p-1', '2026-11-01'), group('p-2', '2026-11-01'), group('p-1', '2026-10-31')];
      const members = await membersOf(rollups, 'productDays', groups);
      const units = members.get('p-1,2026-11-01')?.sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
      expect(units).toEqual([sale('p-1', '2026-11-01', 2), sale('p-1', '2026-11-01', 3)]);
      expect(members.get('p-2,2026-11-01')).toEqual([sale('p-2', '2026-11-01')]);
      expect(members.size).toBe(2);
      const months = await membersOf(rollups, 'customerMonths', [group('p-1', '2026-11')]);
      expect(months.get('p-1,2026-11')).toHaveLength(1);
      expect(await membersOf(rollups, 'productDays', [])).toEqual(new Map());
    });

    it('are no more those that have left it', async () => {
      const { aggregates, rollups } = await open();
      await aggregates.write('orders', [contributing('o-1', 0, { productDays: [sale('p-1', '2026-11-01')] })]);
      await aggregates.write('orders', [contributing('o-1', 1, { productDays: [] })]);
      expect(await membersOf(rollups, 'productDays', [group('p-1', '2026-11-01')])).toEqual(new Map());
    });

    it('are found for any owner', async () => {
      const { aggregates, rollups } = await open();
      await aggregates.write(
        'orders',
        ODD_DOCUMENT_IDS.map((id, i) => contributing(`o-${i}`, 0, { productDays: [sale(id, '2026-11-01')] })),
      );
      const groups = ODD_DOCUMENT_IDS.map((id) => group(id, '2026-11-01'));
      const members = await membersOf(rollups, 'productDays', groups);
      expect([...members].sort()).toEqual(
        groups.map((own) => [textOfGroup(own), [sale(own.owner, own.period)]]).sort(),
      );
    });
  });

  describe('a store of rollups', () => {
    it('reads the periods of each owner, the latest first, from a first one on', async () => {
      const { rollups } = await open();
      const days = ['2026-11-02', '2026-10-31', '2026-11-10', '2026-11-01'];
      await rollups.write('productDays', ticket(1), [
        ...days.map((day, i) => ({ group: group('p-1', day), summary: sold(i) })),
        { group: group('p-2', '2026-11-05'), summary: sold(9) },
      ]);
      const all = await rollups.read('productDays', ['p-1', 'p-2', 'p-3'], null);
      expect(all.get('p-1')?.map(({ period }) => period)).toEqual([
        '2026-11-10',
        '2026-11-02',
        '2026-11-01',
        '2026-10-31',
      ]);
      expect(all.get('p-2')).toEqual([{ period: '2026-11-05', summary: sold(9) }]);
      expect(all.get('p-3') ?? []).toEqual([]);
      const recent = await rollups.read('productDays', ['p-1'], '2026-11-01');
      expect(recent.get('p-1')).toEqual([
        { period: '2026-11-10', summary: sold(2) },
        { period: '2026-11-02', summary: sold(0) },
        { period: '2026-11-01', summary: sold(3) },
      ]);
      expect((await rollups.read('customerMonths', ['p-1'], null)).get('p-1') ?? []).toEqual([]);
      expect(await rollups.read('productDays', [], null)).toEqual(new Map());
    });

    it('names the owners that have a group in any of the periods', async () => {
      const { rollups } = await open();
      await rollups.write('productDays', ticket(1), [
        { group: group('p-1', '2026-10-31'), summary: sold(1) },
        { group: group('p-1', '2026-11-01'), summary: sold(1) },
        { group: group('客户.3$', '2026-11-05'), summary: sold(1) },
        { group: group('p-2', '2026-11-09'), summary: sold(1) },
      ]);
      await rollups.write('customerMonths', ticket(1), [
        { group: group('c-1', '2026-11'), summary: { orders: 1, open: 1, cancelled: 0, spent: [], newest: [] } },
      ]);
      const owners = async (...periods: { from: string; to: string }[]) => {
        const found: string[] = [];
        let after: string | null = null;
        do {
          const page: OwnerPage = await rollups.owners('productDays', periods, after);
          found.push(...page.owners);
          after = page.next;
        } while (after !== null);
        return found.sort();
      };
      expect(await owners({ from: '2026-11-01', to: '2026-11-05' })).toEqual(['p-1', '客户.3$']);
      expect(await owners({ from: '2026-10-01', to: '2026-10-31' }, { from: '2026-11-09', to: '2026-11-09' })).toEqual([
        'p-1',
        'p-2',
      ]);
      expect(await owners({ from: '2026-10-31', to: '2026-11-01' })).toEqual(['p-1']);
      expect(await owners()).toEqual([]);
    });

    it('lets the higher ticket win, and neither an equal nor a lower one', async () => {
      const { rollups } = await open();
      const write = (number: number, units: number) =>
        rollups.write('productDays', ticket(number), [{ group: group('p-1', '2026-11-01'), summary: sold(units) }]);
      const read = async () => (await rollups.read('productDays', ['p-1'], null)).get('p-1')?.[0]?.summary.sold;
      await write(5, 50);
      await write(4, 40);
      expect(await read()).toBe(50);
      await write(5, 51);
      expect(await read()).toBe(50);
      await write(6, 60);
      expect(await read()).toBe(60);
      await Promise.all([9, 12, 7, 11, 10, 8].map((number) => write(number, number * 10)));
      expect(await read()).toBe(120);
    });

    it('takes any owner, and 2,500 groups at once', async () => {
      const { rollups } = await open();
      const owners = [
        ...ODD_DOCUMENT_IDS,
        ...Array.from({ length: 2500 - ODD_DOCUMENT_IDS.length }, (_, i) => `p-${i}`),
      ];
      const summaries = owners.map((owner, i) => ({ group: group(owner, '2026-11-01'), summary: sold(i) }));
      await rollups.write('productDays', ticket(1), summaries);
      const read = await rollups.read('productDays', owners, null);
      for (const [i, owner] of owners.entries()) {
        expect(read.get(owner), owner).toEqual([{ period: '2026-11-01', summary: sold(i) }]);
      }
    });
  });
}
