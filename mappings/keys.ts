/** Whose ids the documents of views go by. */
import type { View } from './contract.js';
import type { AggregateName } from './events/event.js';

/** The aggregate that each document is of; `null`: its documents go by the owners of a rollup. */
export function aggregateOf({ keyedBy }: Pick<View, 'keyedBy'>): AggregateName | null {
  return 'aggregate' in keyedBy ? keyedBy.aggregate : null;
}
