/** What the real pipeline keeps of some events, as a history finds it. */
import { historyOf } from '../../../api/history/history.js';
import type { BasisSource } from '../../../api/ports.js';
import type { LogPlace } from '../../../mappings/aggregates/state.js';
import type { ViewName } from '../../../mappings/contract.js';
import { views } from '../../../mappings/registry.js';
import { liveProjection, toRecord } from '../../memory/projection.js';
import { SHOP_NOW } from '../../projector/pipeline/shop-events.js';
import type { PublishedEvent } from '../../recomputation-documents.js';
import { servedOf } from '../served.js';

export const SETTINGS = { businessTimeZone: 'Asia/Shanghai', reportingCurrency: 'CNY' };
const GENERATION = { ...servedOf().live, ...SETTINGS };

export async function projected(published: readonly PublishedEvent[], kept: (offset: number) => boolean = () => true) {
  const world = liveProjection({ now: SHOP_NOW, settings: SETTINGS });
  await world.run(published, { batch: 5, workers: 1 });
  const basis: BasisSource = {
    async states(_, name, ids) {
      const records = await world.aggregates.read(name, ids);
      return new Map([...records].map(([id, { state }]) => [id, state]));
    },
    periods: (_, rollup, owners) => world.rollups.read(rollup, owners, null),
  };
  const recordAt = ({ offset }: LogPlace) => {
    const found = published[offset];
    return found === undefined || !kept(offset) ? null : toRecord(found, offset);
  };
  const records = { at: async (places: readonly LogPlace[]) => places.map(recordAt) };
  const ports = { basis, records, now: () => SHOP_NOW };
  return {
    ports,
    historyAt: (view: ViewName, id: string) => historyOf(ports, GENERATION, views[view], id),
    /** As the API shows them. */
    documents: (view: ViewName) =>
      [...world.documents.visible({ view, revision: 1 }).values()].map((stored) =>
        views[view].fromStored(stored),
      ) as object[],
  };
}
