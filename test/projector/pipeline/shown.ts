/** What documents there are, and what a clean computation says that there should be. */
import { views } from '../../../mappings/registry.js';
import type { liveProjection } from '../../memory/projection.js';
import { recompute } from '../../recomputation.js';
import type { PublishedEvent } from '../../recomputation-documents.js';
import { SHOP_NOW } from './shop-events.js';

export const SETTINGS = { businessTimeZone: 'Asia/Shanghai', reportingCurrency: 'CNY' };

/** Of each view, by id, as the API shows them. */
export function shown({ documents }: Pick<ReturnType<typeof liveProjection>, 'documents'>) {
  return Object.fromEntries(
    Object.values(views).map((view) => {
      const stored = documents.visible({ view: view.name, revision: 1 });
      return [view.name, new Map([...stored].map(([id, document]) => [id, view.fromStored(document)]))];
    }),
  );
}

export function expected(published: readonly PublishedEvent[]) {
  return recompute(published, { now: SHOP_NOW, timeZone: SETTINGS.businessTimeZone });
}
