/** A projection of which a part fails ends as a whole: no loop, no wait and no source goes on behind. */
import { describe, expect, it } from 'vitest';
import { EndlessPatience } from '../../../projector/pipeline/patience.js';
import { type DocumentStore, Unavailable } from '../../../projector/ports.js';
import { createLog } from '../../../runtime/log.js';
import { liveProjection, toRecord } from '../../memory/projection.js';
import { MemorySource } from '../../memory/source.js';
import { until } from '../../until.js';
import { history } from '../../view-kit/history.js';
import { SHOP_NOW } from './shop-events.js';
import { SETTINGS } from './shown.js';

class WatchedSource extends MemorySource {
  polling = 0;
  stops = 0;

  override async poll(limit: number, waitMs: number) {
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
    await expect(patience.until(async () => 1)).rejects.toThrow('Another part of the projection has failed.');
  });

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
