import type { Key } from '../../mappings/contract.js';
import type { KeyScan } from '../ports.js';
import { piecesOf } from './group.js';
import type { Patience } from './patience.js';

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
