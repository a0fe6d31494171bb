import type { Key } from '../../mappings/contract.js';
import { piecesOf } from '../../runtime/collections.js';
import type { KeyScan } from '../ports/states.js';
import type { Patience } from '../work/retry-policy.js';

export interface IdPorts {
  readonly scan: KeyScan;
  readonly patience: Patience;
}

const IDS_AT_A_TIME = 10_000;

/** All ids that there are of a key, in pages, from the one behind `after` on. */
export async function* idsOf(
  { scan, patience }: IdPorts,
  key: Key,
  pageIdsMax: number,
  after: string | null = null,
): AsyncGenerator<readonly string[]> {
  for (let last = after; ; ) {
    const from = last;
    const ids = await patience.until(() => scan.ids(key, from, IDS_AT_A_TIME));
    if (ids.length === 0) return;
    yield* piecesOf(ids, pageIdsMax);
    last = ids.at(-1) ?? '';
  }
}
