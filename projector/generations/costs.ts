/** What a rebuild shows of the costs of its steps: the next one is foretold by them. */
import type { ViewName } from '../../mappings/contract.js';
import { views } from '../../mappings/registry.js';
import type { RebuildCosts, RebuildRecord } from '../ports/rebuilds.js';

/** Where no rebuild has shown them yet: see docs/benchmarks.md. How long an event takes is not even assumed. */
const DOCUMENT = 5;
export const ASSUMED: RebuildCosts = { eventMs: Number.NaN, sums: 0.35, documents: ofEachView(() => DOCUMENT) };

/** `null` when it does not show them: of a short history, or when a view has no documents. */
export function costsOf({ filledMs, filledEvents, filledAt, summedAt, rendered }: RebuildRecord): RebuildCosts | null {
  const eventMs = (filledMs ?? 0) / (filledEvents ?? 0);
  const costs = {
    events: filledEvents ?? 0,
    eventMs,
    sums: (Number(summedAt) - Number(filledAt)) / (filledEvents ?? 0) / eventMs,
    documents: ofEachView((view) => (rendered?.[view]?.ms ?? 0) / (rendered?.[view]?.documents ?? 0) / eventMs),
  } satisfies RebuildCosts;
  const isSound = [eventMs, costs.sums, ...Object.values(costs.documents)].every(
    (cost) => Number.isFinite(cost) && cost > 0,
  );
  return isSound ? costs : null;
}

export function ofEachView<Value>(value: (view: ViewName) => Value): Record<ViewName, Value> {
  return Object.fromEntries(Object.values(views).map(({ name }) => [name, value(name)])) as Record<ViewName, Value>;
}
