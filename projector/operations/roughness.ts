/** Whether the time that is left of a rebuild is more guessed than known. */
import type { ViewName } from '../../mappings/contract.js';
import type { RebuildCosts, RebuildRecord } from '../ports/rebuilds.js';

/** Of so much of a view, its own documents say best what the others cost. */
export const OWN_SHARE = 0.1;
/** What this rebuild shows may be so many times what the former one did, or as much less. */
const TOLERATED = 1.5;
/** A former rebuild says nothing of one with so many times the events: small ones mostly pay for what each step costs once. */
const LARGER_MAX = 3;

export interface Estimated {
  readonly rebuild: RebuildRecord;
  readonly totals: Readonly<Record<ViewName, number>>;
  readonly eventsTotal: number;
  /** Of a former rebuild; `null` when there was none. */
  readonly costs: RebuildCosts | null;
}

export function isRough({ rebuild, totals, eventsTotal, costs }: Estimated): boolean {
  if (costs === null) return isSumAssumed(rebuild, eventsTotal) || isAnyViewAssumed(rebuild, totals);
  if (eventsTotal > LARGER_MAX * (costs.events ?? 0)) return true;
  return [eventsTaken(rebuild, costs), documentsTaken(rebuild, costs)].some(
    (ratio) => ratio > TOLERATED || ratio < 1 / TOLERATED,
  );
}

function isSumAssumed({ summedAt, documents }: RebuildRecord, eventsTotal: number): boolean {
  return summedAt === undefined && documents === 0 && eventsTotal > 0;
}

function isAnyViewAssumed({ rendered = {} }: RebuildRecord, totals: Readonly<Record<ViewName, number>>): boolean {
  return (Object.keys(totals) as ViewName[]).some((view) => {
    const done = rendered[view]?.documents ?? 0;
    return done < totals[view] && done < OWN_SHARE * totals[view];
  });
}

/** How many times as long as foretold events have taken; 1 before anything is known. */
function eventsTaken({ filledMs = 0, filledEvents = 0 }: RebuildRecord, { eventMs }: RebuildCosts): number {
  return filledEvents > 0 ? filledMs / filledEvents / eventMs : 1;
}

/** The same of documents, by what events have taken here. */
function documentsTaken({ filledMs = 0, filledEvents = 0, rendered = {} }: RebuildRecord, costs: RebuildCosts): number {
  const eventMs = filledEvents > 0 ? filledMs / filledEvents : costs.eventMs;
  let took = 0;
  let foretold = 0;
  for (const [view, { documents, ms }] of Object.entries(rendered)) {
    took += ms;
    foretold += documents * costs.documents[view as ViewName] * eventMs;
  }
  return took > 0 && foretold > 0 ? took / foretold : 1;
}
