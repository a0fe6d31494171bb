/** What a state's record holds of the sums that its order counts in. */
import type { Contribution } from '../../mappings/contract.js';
import { rollups } from '../../mappings/registry.js';
import { textOfGroup } from '../../mappings/rollups/group.js';
import type { RollupName } from '../../mappings/rollups/summaries.js';

export interface StoredContributions {
  /** By their texts. */
  readonly groups: readonly string[];
  /** JSON of the contributions: text is several times cheaper to write, compare and read than a tree of BSON. */
  readonly json: string;
}

export const ROLLUP_NAMES = Object.keys(rollups) as readonly RollupName[];

export function storedContributions(own: readonly Contribution[]): StoredContributions {
  return { groups: own.map(textOfGroup), json: JSON.stringify(compacted(own)) };
}

/** As `storedContributions` has written them. */
export function readContributions(json: string): readonly Contribution[] {
  const stored = JSON.parse(json) as readonly Contribution[] | SharingContributions;
  return 'shared' in stored ? stored.own.map(({ owner, ...own }) => ({ owner, ...stored.shared, ...own })) : stored;
}

export const NO_CONTRIBUTIONS = storedContributions([]);

interface SharingContributions {
  readonly shared: Partial<Contribution>;
  readonly own: readonly Contribution[];
}

/** What all have alike stands once: an order of 1,000 lines would else hold the name of its currency 1,000 times. */
function compacted(all: readonly Contribution[]): readonly Contribution[] | SharingContributions {
  const [first, second] = all;
  if (first === undefined || second === undefined) return all;
  const names = (Object.keys(first) as (keyof Contribution)[]).filter(
    (name) => name !== 'owner' && all.every((other) => other[name] === first[name]),
  );
  const pick = (from: Contribution, isShared: boolean) =>
    Object.fromEntries(
      Object.entries(from).filter(([name]) => names.includes(name as keyof Contribution) === isShared),
    );
  return {
    shared: pick(first, true),
    own: all.map((own) => pick(own, false) as unknown as Contribution),
  };
}
