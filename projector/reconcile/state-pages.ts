import type { AggregateName } from '../../mappings/events/event.js';
import { piecesOf } from '../pipeline/group.js';
import type { Patience } from '../pipeline/patience.js';
import type { StateScan } from '../ports.js';

const IDS_AT_A_TIME = 10_000;

/** The ids of all states of an aggregate. */
export async function* statePages(
  { scan, patience }: { readonly scan: Pick<StateScan, 'ids'>; readonly patience: Patience },
  aggregate: AggregateName,
  pageIdsMax: number,
): AsyncGenerator<readonly string[]> {
  for (let after: string | null = null; ; ) {
    const last: string | null = after;
    const ids: readonly string[] = await patience.until(() => scan.ids(aggregate, last, IDS_AT_A_TIME));
    if (ids.length === 0) return;
    yield* piecesOf(ids, pageIdsMax);
    after = ids.at(-1) ?? '';
  }
}
