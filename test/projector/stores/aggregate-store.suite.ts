/** What every store of aggregate states does. */
import { describe, expect, it } from 'vitest';
import { EMPTY_STATE } from '../../../mappings/aggregates/merge.js';
import { type AggregateState, NO_REFERENCES } from '../../../mappings/aggregates/state.js';
import type { Json } from '../../../mappings/contract.js';
import { NoRoom } from '../../../projector/ports/errors.js';
import type { AggregateStore, StateRecord, StateWrite } from '../../../projector/ports/states.js';
import { LimitedRoom } from '../../../projector/work/room.js';
import { encodeState } from '../../../runtime/storage/state-codec.js';
import { ODD_IDS } from './odd-ids.js';

const VERSION = { sequence: 1, time: 1_700_000_000_000, eventId: 'e-1' };

export function stateWith(registers: Readonly<Record<string, Json>>): AggregateState {
  const entries = Object.entries(registers).map(([name, value]) => [name, { value, version: VERSION }] as const);
  return { ...EMPTY_STATE, registers: new Map(entries), founded: VERSION, last: VERSION, sequences: [[1, 1]] };
}

export function recordWith(version: number, state: AggregateState): StateRecord {
  return { version, state, length: encodeState(state).length };
}

export function stateWrite(id: string, expected: number, write: Partial<Omit<StateWrite, 'text'>> = {}): StateWrite {
  const { state = stateWith({ name: id }), ...others } = write;
  return { id, expected, state, text: encodeState(state), references: NO_REFERENCES, contributions: {}, ...others };
}

/** `open` gives an empty store each time. */
export function aggregateStoreSuite(open: () => Promise<AggregateStore>): void {
  describe('a store of aggregate states', () => {
    it('reads what was written, with a version that rises by one', async () => {
      const store = await open();
      const [first, second] = [stateWith({ name: '王芳' }), stateWith({ name: 'Ann', tags: ['a', null, { b: 1 }] })];
      expect(await store.write('customers', [stateWrite('c-1', 0, { state: first })])).toEqual(new Set());
      expect(await store.read('customers', ['c-1'])).toEqual(new Map([['c-1', recordWith(1, first)]]));
      expect(await store.write('customers', [stateWrite('c-1', 1, { state: second })])).toEqual(new Set());
      expect(await store.read('customers', ['c-1'])).toEqual(new Map([['c-1', recordWith(2, second)]]));
      expect(await store.versions('customers', ['c-1'])).toEqual(new Map([['c-1', 2]]));
    });

    it('has nothing that was not written, and keeps the aggregates apart', async () => {
      const store = await open();
      await store.write('customers', [stateWrite('x', 0)]);
      expect(await store.read('products', ['x'])).toEqual(new Map());
      expect(await store.versions('orders', ['x'])).toEqual(new Map());
      expect(await store.read('customers', ['y'])).toEqual(new Map());
      expect(await store.read('customers', [])).toEqual(new Map());
      expect(await store.versions('customers', [])).toEqual(new Map());
      expect(await store.write('customers', [])).toEqual(new Set());
    });

    it('reads no more than there is room for', async () => {
      const store = await open();
      const ids = Array.from({ length: 20 }, (_, i) => `c-${i}`);
      await store.write(
        'customers',
        ids.map((id) => stateWrite(id, 0)),
      );
      const { length } = encodeState(stateWith({ name: 'c-10' }));
      await expect(store.read('customers', ids, new LimitedRoom(10 * length))).rejects.toThrow(NoRoom);
      expect((await store.read('customers', ids, new LimitedRoom(20 * length))).size).toBe(20);
    });

    it('takes any id and any register name', async () => {
      const store = await open();
      const registers = Object.fromEntries(ODD_IDS.map((name) => [name, name]));
      await store.write(
        'products',
        ODD_IDS.map((id) => stateWrite(id, 0, { state: stateWith({ ...registers, id }) })),
      );
      const read = await store.read('products', ODD_IDS);
      expect([...read.keys()].sort()).toEqual([...ODD_IDS].sort());
      for (const [id, { state }] of read) expect(state).toEqual(stateWith({ ...registers, id }));
    });

    it('refuses a write that was computed from another version, and makes the others of the request', async () => {
      const store = await open();
      await store.write('customers', [stateWrite('old', 0), stateWrite('new', 0)]);
      await store.write('customers', [stateWrite('old', 1)]);
      const late = stateWith({ name: 'late' });
      const conflicts = await store.write('customers', [
        stateWrite('old', 1, { state: late }),
        stateWrite('new', 1, { state: late }),
        stateWrite('created', 0, { state: late }),
      ]);
      expect(conflicts).toEqual(new Set(['old']));
      expect((await store.read('customers', ['old'])).get('old')).toEqual(recordWith(2, stateWith({ name: 'old' })));
      expect(await store.versions('customers', ['new', 'created'])).toEqual(
        new Map([
          ['new', 2],
          ['created', 1],
        ]),
      );
    });

    it('lets one of several writers create a record', async () => {
      const store = await open();
      const states = Array.from({ length: 8 }, (_, writer) => stateWith({ writer }));
      const outcomes = await Promise.all(
        states.map((state) => store.write('orders', [stateWrite('o-1', 0, { state })])),
      );
      const winners = states.filter((_, writer) => outcomes[writer]?.size === 0);
      expect(winners).toHaveLength(1);
      const [winner = EMPTY_STATE] = winners;
      expect((await store.read('orders', ['o-1'])).get('o-1')).toEqual(recordWith(1, winner));
    });

    it('loses no change of writers who try again after a conflict', async () => {
      const store = await open();
      const change = async (writer: number): Promise<void> => {
        const known = (await store.read('orders', ['o-1'])).get('o-1');
        const registers = [
          ...(known?.state.registers ?? []),
          [`w${writer}`, { value: writer, version: VERSION }] as const,
        ];
        const state = { ...EMPTY_STATE, registers: new Map(registers) };
        const conflicts = await store.write('orders', [stateWrite('o-1', known?.version ?? 0, { state })]);
        if (conflicts.has('o-1')) await change(writer);
      };
      await Promise.all(Array.from({ length: 12 }, (_, writer) => change(writer)));
      const record = (await store.read('orders', ['o-1'])).get('o-1');
      expect(record?.version).toBe(12);
      expect(
        [...(record?.state.registers.values() ?? [])].map(({ value }) => Number(value)).sort((a, b) => a - b),
      ).toEqual(Array.from({ length: 12 }, (_, writer) => writer));
    });

    it('writes 2,500 states at once', async () => {
      const store = await open();
      const ids = Array.from({ length: 2500 }, (_, i) => `c-${i}`);
      const ahead = ids.filter((_, i) => i % 10 === 0);
      await store.write(
        'customers',
        ahead.map((id) => stateWrite(id, 0)),
      );
      expect(
        await store.write(
          'customers',
          ids.map((id) => stateWrite(id, 0)),
        ),
      ).toEqual(new Set(ahead));
      const read = await store.read('customers', ids);
      expect(read.size).toBe(ids.length);
      for (const [id, { version, state }] of read) {
        expect(version).toBe(1);
        expect(state.registers.get('name')?.value).toBe(id);
      }
    });
  });

  describe('the orders that refer to an aggregate', () => {
    const order = (id: string, expected: number, customer: string[], product: string[]) =>
      stateWrite(id, expected, { references: { customer, product } });
    const idsOf = (found: readonly { readonly orderId: string }[]) => found.map(({ orderId }) => orderId).sort();

    it('are found by customer and by product, with all that they refer to', async () => {
      const store = await open();
      await store.write('orders', [
        order('o-1', 0, ['c-1'], ['p-1', 'p-2']),
        order('o-2', 0, ['c-1'], ['p-2']),
        order('o-3', 0, ['c-2'], []),
      ]);
      expect(idsOf(await store.referring('customer', ['c-1'], 10))).toEqual(['o-1', 'o-2']);
      expect(idsOf(await store.referring('product', ['p-1', 'p-2'], 10))).toEqual(['o-1', 'o-2']);
      expect(idsOf(await store.referring('customer', ['c-1', 'c-2', 'c-3'], 10))).toEqual(['o-1', 'o-2', 'o-3']);
      expect(await store.referring('product', ['p-1'], 10)).toEqual([
        { orderId: 'o-1', referred: ['p-1'], customer: ['c-1'] },
      ]);
      expect(await store.referring('product', ['c-1'], 10)).toEqual([]);
      expect(await store.referring('customer', [], 10)).toEqual([]);
    });

    it('are at most as many as asked for', async () => {
      const store = await open();
      await store.write(
        'orders',
        ['o-1', 'o-2', 'o-3'].map((id) => order(id, 0, ['c-1'], ['p-1'])),
      );
      expect(await store.referring('product', ['p-1'], 2)).toHaveLength(2);
    });

    it('come in the order of their ids, page after page', async () => {
      const store = await open();
      const ids = ['o-3', 'O-9', 'o-1', '订单', 'o-2'];
      await store.write(
        'orders',
        ids.map((id) => order(id, 0, ['c-1'], ['p-2', 'p-1'])),
      );
      await store.write('orders', [order('o-0', 0, ['c-1'], ['p-2'])]);
      const page = async (after: string | null) =>
        (await store.referringAfter('product', 'p-1', after, 2)).map(({ orderId }) => orderId);
      expect(await page(null)).toEqual(['O-9', 'o-1']);
      expect(await page('o-1')).toEqual(['o-2', 'o-3']);
      expect(await page('o-3')).toEqual(['订单']);
      expect(await page('订单')).toEqual([]);
    });

    it('are those that refer to it now', async () => {
      const store = await open();
      await store.write('orders', [order('o-1', 0, ['c-1'], ['p-1'])]);
      await store.write('orders', [order('o-1', 1, ['c-2'], ['p-1'])]);
      expect(await store.referring('customer', ['c-1'], 10)).toEqual([]);
      expect(idsOf(await store.referring('customer', ['c-2'], 10))).toEqual(['o-1']);
    });

    it('are found by any id', async () => {
      const store = await open();
      await store.write(
        'orders',
        ODD_IDS.map((id, i) => order(`o-${i}`, 0, [id], [id])),
      );
      for (const [i, id] of ODD_IDS.entries()) {
        expect(idsOf(await store.referring('customer', [id], 10)), id).toEqual([`o-${i}`]);
        expect(idsOf(await store.referring('product', [id], 10)), id).toEqual([`o-${i}`]);
      }
    });
  });
}
