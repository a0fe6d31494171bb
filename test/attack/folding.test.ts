/** However large the events are and the states that they meet: no more of either is held at a time than is stated. */
import { describe, expect, it } from 'vitest';
import { contentBytes } from '../../mappings/events/size.js';
import { decodeBatch } from '../../projector/pipeline/decode.js';
import { Dirty } from '../../projector/pipeline/dirty.js';
import { foldBatch } from '../../projector/pipeline/fold.js';
import { StateCache } from '../../projector/pipeline/state-cache.js';
import type { SourceRecord } from '../../projector/ports/events.js';
import type { Admission } from '../../projector/ports/generations.js';
import type { AggregateStore } from '../../projector/ports/states.js';
import { created, event, registered } from '../flow/shop.js';
import { liveProjection, STATE_BYTES_MAX, toRecord } from '../memory/projection.js';
import { MemorySource } from '../memory/source.js';
import { SHOP_NOW } from '../projector/pipeline/shop-events.js';
import { expected, SETTINGS, shown } from '../projector/pipeline/shown.js';

const LONG = 'x'.repeat(8_000);
const bytesOf = (records: readonly SourceRecord[]) => records.reduce((sum, one) => sum + contentBytes(one), 0);

describe('while a generation stands at given offsets', () => {
  const BATCH = 4;
  const BATCH_BYTES_MAX = 100_000;
  const LOOKS = 14;
  const published = Array.from({ length: 80 }, (_, i) => registered(`c-${i}`, LONG));
  const before = 6;

  class CountedSource extends MemorySource {
    given = 0;

    override async poll(limit: number, waitMs: number) {
      const records = await super.poll(limit, waitMs);
      this.given += bytesOf(records);
      return records;
    }
  }

  /** @returns what was polled when it was looked so many times whether it may go on, and the largest batch thereafter. */
  async function stand(batchBytesMax: number) {
    const records = published.map(toRecord);
    const source = new CountedSource(records);
    let looks = 0;
    let held = 0;
    const admission = async (): Promise<Admission> => {
      looks += 1;
      if (looks <= LOOKS) return { mode: 'project', upTo: new Map([['customers/0', before]]) };
      if (looks === LOOKS + 1) held = source.given - bytesOf(records.slice(0, before));
      return { mode: 'project' };
    };
    const limits = { batchBytesMax, eventsUndoneMax: 1_000, registered: { admission } };
    const world = liveProjection({ now: SHOP_NOW, settings: SETTINGS, ...limits });
    const projection = world.worker(source, BATCH);
    source.onExhausted = async () => {
      if (looks > LOOKS) await projection.stop();
    };
    await projection.run();
    expect(shown(world)).toEqual(expected(published));
    return { held, batch: bytesOf(records.slice(0, BATCH)) };
  }

  it('what comes behind them is held up to one batch in bytes and what was polled last, and folded once it may be', async () => {
    const { held, batch } = await stand(BATCH_BYTES_MAX);
    expect(held).toBeGreaterThan(BATCH_BYTES_MAX);
    expect(held).toBeLessThanOrEqual(BATCH_BYTES_MAX + batch);
  });

  it('far more would be, were it only counted', async () => {
    const { held } = await stand(Number.POSITIVE_INFINITY);
    expect(held).toBeGreaterThan(3 * BATCH_BYTES_MAX);
  });
});

describe('events of every kind that meet large states', () => {
  const EACH = 60;
  const ids = Array.from({ length: EACH }, (_, i) => `${i}`);
  const line = (quantity: number) => [{ lineId: LONG.slice(0, 100), productId: 'p', quantity, unitPrice: 1 }];
  const first = ids.flatMap((id) => [
    registered(id, LONG),
    created(id, LONG),
    event('order.placed', id, 1, { customerId: 'c', currency: 'CNY', lines: line(1) }),
  ]);
  const second = ids.flatMap((id) => [
    event('customer.updated', id, 2, { name: 'new' }),
    event('product.updated', id, 2, { name: 'new' }),
    event('order.amended', id, 2, { lines: line(2) }),
  ]);
  const LIMIT = 50_000;

  /** @returns characters of states that were in hand at most, between being read and being written, and the requests. */
  async function fold(loadedCharactersMax: number) {
    const world = liveProjection({ now: SHOP_NOW, settings: SETTINGS });
    await world.run(first, { batch: 1_000, workers: 1 });
    const seen = { most: 0, now: 0, reads: 0, writes: 0 };
    const lengths = new Map<string, number>();
    const store: Pick<AggregateStore, 'read' | 'write'> = {
      async read(name, asked, room) {
        seen.reads += 1;
        const found = await world.aggregates.read(name, asked, room);
        for (const [id, { length }] of found) {
          lengths.set(`${name}/${id}`, length);
          seen.now += length;
        }
        seen.most = Math.max(seen.most, seen.now);
        return found;
      },
      async write(name, writes) {
        seen.writes += 1;
        // Others have their turn while this one is under way: what they read is in hand beside it.
        await new Promise(setImmediate);
        const conflicts = await world.aggregates.write(name, writes);
        for (const { id } of writes) seen.now -= lengths.get(`${name}/${id}`) ?? 0;
        return conflicts;
      },
    };
    const bounds = { settings: SETTINGS, stateBytesMax: STATE_BYTES_MAX, loadedCharactersMax };
    const records = second.map((one, i) => toRecord(one, 1_000 + i));
    await foldBatch({ ...bounds, store, cache: new StateCache(0) }, decodeBatch(records).deliveries, new Dirty());
    for (const name of ['customers', 'products'] as const) {
      const states = await world.aggregates.read(name, ids);
      expect([...states.values()].map(({ state }) => state.registers.get('name')?.value)).toEqual(ids.map(() => 'new'));
    }
    return { ...seen, left: seen.now };
  }

  it('are folded in parts of each kind, which are written before others are read', async () => {
    const { most, left, reads, writes } = await fold(LIMIT);
    expect(left).toBe(0);
    expect(most).toBeGreaterThan(LIMIT);
    // One part of each of the three kinds.
    expect(most).toBeLessThanOrEqual(3 * LIMIT);
    // What was too much is asked for again by halves.
    expect(reads).toBeLessThanOrEqual(2 * writes);
  });

  it('take one read and one write of each kind where there is room, which would be far more than the limit', async () => {
    const { most, reads, writes } = await fold(Number.POSITIVE_INFINITY);
    expect([reads, writes]).toEqual([3, 3]);
    expect(most).toBeGreaterThan(6 * LIMIT);
  });
});
