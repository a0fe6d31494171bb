/** A projection of which a part fails ends as a whole: no loop, no wait and no source goes on behind. */
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { DocumentStore } from '../../../projector/ports/documents.js';
import { Unavailable } from '../../../projector/ports/errors.js';
import { EndlessPatience } from '../../../projector/work/retry-policy.js';
import { createLog } from '../../../runtime/log.js';
import { liveProjection, toRecord } from '../../memory/projection.js';
import { MemorySource } from '../../memory/source.js';
import { until } from '../../until.js';
import { history } from '../../view-kit/history.js';
import { SHOP_NOW } from './shop-events.js';
import { SETTINGS } from './shown.js';

class WatchedSource extends MemorySource {
  polls = 0;
  polling = 0;
  stops = 0;

  override async poll(limit: number, waitMs: number) {
    this.polls += 1;
    this.polling += 1;
    const polled = await super.poll(limit, waitMs);
    this.polling -= 1;
    return polled;
  }

  override async stop(): Promise<void> {
    this.stops += 1;
    await super.stop();
  }
}

const event = history('2026-11-20T10:00:00Z');
const records = [
  event('customer.registered', 'c-1', { name: 'Ada' }),
  event('product.created', 'p-1', { name: 'Pen', category: 'pens', price: 1, currency: 'CNY' }),
].map(toRecord);

/** The store of the customers is away for ever; that of the products fails for good, once both have been tried. */
function halfAway(around: DocumentStore, onAway: () => void, isTried: () => boolean): DocumentStore {
  return {
    async publish(target, ticket, documents) {
      if (target.view === 'orders') return around.publish(target, ticket, documents);
      if (target.view === 'customers') {
        onAway();
        throw new Unavailable('MongoDB could not write: planted');
      }
      await until('the other store to be tried', async () => isTried());
      throw new Error('the index is gone: planted');
    },
  };
}

function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

function settling(outcome: Promise<void>): { readonly isOver: boolean; readonly outcome: Promise<void> } {
  let isOver = false;
  const noted = outcome.finally(() => {
    isOver = true;
  });
  noted.catch(() => {});
  return {
    get isOver() {
      return isOver;
    },
    outcome: noted,
  };
}

describe('a projection of which one part fails for good while another waits for a store', () => {
  it('rejects with the failure when everything has ended, and does nothing any more', async () => {
    const patience = new EndlessPatience(createLog('test', 'silent'));
    let tries = 0;
    const world = liveProjection({ now: SHOP_NOW, settings: SETTINGS, patience });
    const around = halfAway(
      world.documents,
      () => {
        tries += 1;
      },
      () => tries > 0,
    );
    const source = new WatchedSource(records);
    const projection = world.worker(source, 10, around);
    await expect(projection.run()).rejects.toThrow('the index is gone: planted');
    expect(source.stops).toBe(1);
    expect(patience.hindrance).toBeNull();
    expect(source.polling).toBe(0);
    await expect(patience.until(async () => 1)).rejects.toThrow('the index is gone: planted');
  });

  it('waits for what the other store is doing', async () => {
    const world = liveProjection({ now: SHOP_NOW, settings: SETTINGS });
    const [begun, written] = [gate(), gate()];
    const around: DocumentStore = {
      async publish(target, ticket, documents) {
        if (target.view === 'products') {
          await begun.opened;
          throw new Error('the index is gone: planted');
        }
        if (target.view === 'customers') {
          begun.open();
          await written.opened;
        }
        return world.documents.publish(target, ticket, documents);
      },
    };
    const source = new WatchedSource(records);
    const ending = settling(world.worker(source, 10, around).run());
    await until('the reading to have ended', async () => source.polls > 1 && source.polling === 0);
    await setImmediate();
    expect([ending.isOver, source.stops]).toEqual([false, 0]);
    written.open();
    await expect(ending.outcome).rejects.toThrow('the index is gone: planted');
  });

  it('ends also when a batch is folded, and positions are written, after the failure', async () => {
    const failed = gate();
    const patience = { until: <Result>(step: () => Promise<Result>) => step(), giveUp: () => failed.open() };
    const world = liveProjection({ now: SHOP_NOW, settings: SETTINGS, patience });
    const [committing, folding, folded, committed] = [gate(), gate(), gate(), gate()];
    const { aggregates, positions, documents } = world;
    const [writeStates, writePositions] = [aggregates.write.bind(aggregates), positions.write.bind(positions)];
    let batch = 0;
    aggregates.write = async (...given) => {
      batch += 1;
      if (batch === 3) {
        folding.open();
        await folded.opened;
      }
      return writeStates(...given);
    };
    positions.write = async (...given) => {
      committing.open();
      await committed.opened;
      return writePositions(...given);
    };
    let published = 0;
    const around: DocumentStore = {
      async publish(...given) {
        published += 1;
        if (published === 1) return documents.publish(...given);
        await Promise.all([committing.opened, folding.opened]);
        throw new Error('the index is gone: planted');
      },
    };
    const customers = ['c-1', 'c-2', 'c-3'].map((id) => event('customer.registered', id, { name: id }));
    const running = world.worker(new WatchedSource(customers.map(toRecord)), 1, around).run();
    const ending = expect(running).rejects.toThrow('the index is gone: planted');
    await failed.opened;
    folded.open();
    await setImmediate();
    committed.open();
    await ending;
  }, 10_000);

  it('says meanwhile what it waits for', async () => {
    const patience = new EndlessPatience(createLog('test', 'silent'));
    const away = patience.until(async () => {
      throw new Unavailable('MongoDB could not write: planted');
    });
    expect(await until('the hindrance', async () => patience.hindrance ?? undefined)).toContain('MongoDB');
    patience.giveUp(new Error('over'));
    await expect(away).rejects.toThrow('over');
    expect(patience.hindrance).toBeNull();
  });
});
