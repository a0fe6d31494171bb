/** Whose ids the documents of views go by, and whether what touches them leads to such ids. */
import type { Key, Rollup, Touch, View } from './contract.js';
import type { AggregateName } from './events/event.js';

/** The aggregate that each document is of; `null`: its documents go by the owners of a rollup. */
export function aggregateOf({ keyedBy }: Pick<View, 'keyedBy'>): AggregateName | null {
  return 'aggregate' in keyedBy ? keyedBy.aggregate : null;
}

type Rollups = Readonly<Record<string, Pick<Rollup, 'name' | 'ownedBy'>>>;

/** The views as they are. @throws Error in a sentence, for declarations by which documents would be made of wrong ids, or never. */
export function checkedViews<Views extends Readonly<Record<string, View>>>(views: Views, rollups: Rollups): Views {
  for (const registered of [views, rollups]) {
    for (const [name, one] of Object.entries(registered)) {
      if (one.name !== name) throw new Error(`What is registered as ${name} calls itself ${one.name}.`);
    }
  }
  for (const view of Object.values<View>(views)) checkTouches(view, rollups);
  return views;
}

function checkTouches({ name, keyedBy, touchedBy }: View, rollups: Rollups): void {
  const key = 'aggregate' in keyedBy ? keyedBy.aggregate : `the rollup ${keyedBy.rollup}`;
  const kind = idsOfKey(keyedBy, rollups);
  for (const touch of touchedBy) {
    const other = idsOf(touch, rollups);
    if (other === kind) continue;
    throw new Error(
      `The view ${name} is keyed by ${key}, but its touch by ${causeOf(touch)} leads to ids of ${other}.`,
    );
  }
  if (!touchedBy.some((touch) => makesAll(touch, keyedBy))) {
    throw new Error(
      `The view ${name} is keyed by ${key}, whose changes do not touch it: some of its documents would never be.`,
    );
  }
}

/** The kind of ids: of an aggregate, or owners that are of one rollup only. */
function idsOfKey(key: Key, rollups: Rollups): string {
  return 'aggregate' in key ? key.aggregate : (rollups[key.rollup]?.ownedBy ?? key.rollup);
}

function idsOf(touch: Touch, rollups: Rollups): string {
  switch (touch.by) {
    case 'self':
    case 'rollup':
      return idsOfKey(touch, rollups);
    case 'reference':
      return touch.document === 'order' ? 'orders' : 'customers';
  }
}

function causeOf(touch: Touch): string {
  switch (touch.by) {
    case 'self':
      return `events of ${touch.aggregate}`;
    case 'rollup':
      return `sums of ${touch.rollup}`;
    case 'reference':
      return `events of ${touch.aggregate} that orders refer to`;
  }
}

/** Whether by this touch alone each id of the key has its document. */
function makesAll(touch: Touch, key: Key): boolean {
  if ('aggregate' in key) return touch.by === 'self' && touch.aggregate === key.aggregate;
  return touch.by === 'rollup' && touch.rollup === key.rollup;
}
