/** What the real pipeline keeps of some events, as a history finds it. */

import { Shares } from '../../../api/fairness/shares.js';
import { AggregateLog, type AggregateLogSettings } from '../../../api/history/aggregate-log.js';
import { type History, historyOf, type Moment } from '../../../api/history/history.js';
import type { BasisSource } from '../../../api/ports/history.js';
import type { ViewName } from '../../../mappings/contract.js';
import { views } from '../../../mappings/registry.js';
import type { SourceRecord } from '../../../projector/ports/events.js';
import { liveProjection, toRecord } from '../../memory/projection.js';
import { SHOP_NOW } from '../../projector/pipeline/shop-events.js';
import type { PublishedEvent } from '../../recomputation-documents.js';
import { servedOf } from '../served.js';
import { MemoryRecords } from './memory-records.js';

export const SETTINGS = { businessTimeZone: 'Asia/Shanghai', reportingCurrency: 'CNY' };
const GENERATION = { ...servedOf().live, ...SETTINGS };
export const SEARCHES: AggregateLogSettings = { searchMsMax: 5_000, searchesMax: 2, bytesMax: 10_000_000 };

export interface Kept {
  /** The first offset that Kafka still has. */
  readonly begins?: number;
  readonly searches?: Partial<AggregateLogSettings>;
  /** Further records in the log, which the pipeline has not merged. */
  readonly notMerged?: readonly SourceRecord[];
}

/** One log for all topics: the offset of an event is its place among the published. */
export async function projected(
  published: readonly PublishedEvent[],
  { begins = 0, searches = {}, notMerged = [] }: Kept = {},
) {
  const world = liveProjection({ now: SHOP_NOW, settings: SETTINGS });
  await world.run(published, { batch: 5, workers: 1 });
  const basis: BasisSource = {
    async states(_, name, ids) {
      const records = await world.aggregates.read(name, ids);
      return new Map([...records].map(([id, { state }]) => [id, state]));
    },
    periods: (_, rollup, owners) => world.rollups.read(rollup, owners, null),
  };
  const records = new MemoryRecords([...published.map(toRecord), ...notMerged], begins);
  const log = new AggregateLog(records, { ...SEARCHES, ...searches }, new Shares(100));
  const ports = { basis, records, log, now: () => SHOP_NOW };
  // Each view is named like the aggregate that its documents are of.
  const page = (name: ViewName, id: string, after: History<Moment>['next'], size: number) =>
    historyOf(ports, {
      ...{ generation: GENERATION, view: views[name], aggregate: name, id, after, size, isTold: () => true },
      searcher: { caller: 'a', signal: new AbortController().signal },
      tell: async (moment: Moment) => moment,
    });
  return {
    ...{ ports, page },
    /** All pages. */
    async historyAt(view: ViewName, id: string, size = 100) {
      const moments: Moment[] = [];
      const complete: boolean[] = [];
      for (let after: History<Moment>['next'] | undefined; after !== null; ) {
        const told = await page(view, id, after ?? null, size);
        moments.push(...told.moments);
        complete.push(told.complete);
        after = told.next;
      }
      return { complete: complete.every((one) => one), moments };
    },
    /** As the API shows them. */
    documents: (view: ViewName) =>
      [...world.documents.visible({ view, revision: 1 }).values()].map((stored) =>
        views[view].fromStored(stored),
      ) as object[],
  };
}
