/** What has to be brought up to date: documents, groups of rollups, and look-ups that lead to more documents. */
import type { Touch, ViewName } from '../../mappings/contract.js';
import type { RollupName } from '../../mappings/rollups/summaries.js';
import type { Position } from '../ports.js';

export type ReferenceTouch = Extract<Touch, { by: 'reference' }>;

export class Dirty {
  readonly documents = new Map<ViewName, Set<string>>();
  readonly groups = new Map<RollupName, Set<string>>();
  /** Ids whose referring orders are to be looked up, by the rule that says what they lead to. */
  readonly references = new Map<ReferenceTouch, Set<string>>();

  document(view: ViewName, id: string): void {
    addTo(this.documents, view, id);
  }

  group(rollup: RollupName, group: string): void {
    addTo(this.groups, rollup, group);
  }

  reference(touch: ReferenceTouch, id: string): void {
    addTo(this.references, touch, id);
  }
}

function addTo<Key>(sets: Map<Key, Set<string>>, key: Key, value: string): void {
  const set = sets.get(key);
  if (set === undefined) sets.set(key, new Set([value]));
  else set.add(value);
}

/** Folded batches whose documents are not durable yet, gathered until the next flush takes them. */
export interface Folded {
  readonly dirty: Dirty;
  readonly positions: readonly Position[];
  readonly events: number;
  /** Told when all of it is durable. */
  readonly waiting: readonly (() => void)[];
}
