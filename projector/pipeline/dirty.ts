/** What has to be brought up to date: documents, groups of rollups, and look-ups that lead to more documents. */
import type { Touch, ViewName } from '../../mappings/contract.js';
import { type Group, textOfGroup } from '../../mappings/rollups/group.js';
import type { RollupName } from '../../mappings/rollups/summaries.js';

export type ReferenceTouch = Extract<Touch, { by: 'reference' }>;

/** Ids by view. */
export class DirtyDocuments {
  readonly byView = new Map<ViewName, Set<string>>();

  add(view: ViewName, id: string): void {
    addTo(this.byView, view, id);
  }

  include(other: DirtyDocuments): void {
    for (const [view, ids] of other.byView) addAll(this.byView, view, ids);
  }
}

export class Dirty {
  readonly documents = new DirtyDocuments();
  /** By their texts. */
  readonly groups = new Map<RollupName, Map<string, Group>>();
  /** Ids whose referring orders are to be looked up, by the rule that says what they lead to. */
  readonly references = new Map<ReferenceTouch, Set<string>>();

  document(view: ViewName, id: string): void {
    this.documents.add(view, id);
  }

  group(rollup: RollupName, group: Group): void {
    const groups = this.groups.get(rollup);
    if (groups === undefined) this.groups.set(rollup, new Map([[textOfGroup(group), group]]));
    else groups.set(textOfGroup(group), group);
  }

  reference(touch: ReferenceTouch, id: string): void {
    addTo(this.references, touch, id);
  }

  include(other: Dirty): void {
    this.documents.include(other.documents);
    for (const [rollup, groups] of other.groups) for (const group of groups.values()) this.group(rollup, group);
    for (const [touch, ids] of other.references) addAll(this.references, touch, ids);
  }
}

function addTo<Key>(sets: Map<Key, Set<string>>, key: Key, value: string): void {
  const set = sets.get(key);
  if (set === undefined) sets.set(key, new Set([value]));
  else set.add(value);
}

function addAll<Key>(sets: Map<Key, Set<string>>, key: Key, values: ReadonlySet<string>): void {
  const set = sets.get(key);
  if (set === undefined) sets.set(key, new Set(values));
  else for (const value of values) set.add(value);
}
