import type { GroupsStage, Size } from './groups-stage.js';
import type { Spent } from './measure.js';
import { type ProjectorMetrics, spentBetween } from './projector-metrics.js';

export const CASES = ['customer small', 'customer large', 'product small', 'product large'] as const;
export type Case = (typeof CASES)[number];

/** Some events of one case, one after another: the next goes out when the one before is in its document. */
export interface Block {
  readonly events: number;
  readonly spent: Spent;
  readonly metrics: ProjectorMetrics;
}

const STEPS: Readonly<Record<Case, { readonly size: Size; readonly what: 'placeOrder' | 'payOrder' }>> = {
  'customer small': { size: 'small', what: 'placeOrder' },
  'customer large': { size: 'large', what: 'placeOrder' },
  'product small': { size: 'small', what: 'payOrder' },
  'product large': { size: 'large', what: 'payOrder' },
};

export async function measureBlock(stage: GroupsStage, one: Case, events: number): Promise<Block> {
  const { projector } = stage;
  const { size, what } = STEPS[one];
  const before = await projector.metrics();
  const stopMeter = projector.startMeter();
  for (let i = 0; i < events; i += 1) await stage[what](size);
  const spent = stopMeter();
  return { events, spent, metrics: spentBetween(before, await projector.metrics()) };
}
