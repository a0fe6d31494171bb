/**
 * Documents and sums are written by processes only that declare the views as their generation was created with: any
 * other would write them in its own shape among those of the generation, or be refused by its store.
 */

import { recordOf } from '../../runtime/storage/registry.js';
import { assertOfThisShape } from '../../runtime/storage/shape.js';
import type { Registry } from '../ports/generations.js';
import type { AggregateStore } from '../ports/states.js';

/** What is stored beside a state is of a shape, too: the registry is asked before every write, as it is for a batch. */
export function statesOfThisShape(
  states: AggregateStore,
  registry: Pick<Registry, 'read'>,
  generation: number,
): AggregateStore {
  return {
    read: (aggregate, ids, room) => states.read(aggregate, ids, room),
    versions: (aggregate, ids) => states.versions(aggregate, ids),
    referring: (reference, ids, limit) => states.referring(reference, ids, limit),
    referringAfter: (reference, id, after, limit) => states.referringAfter(reference, id, after, limit),
    write: async (aggregate, writes) => {
      assertOfThisShape(recordOf(await registry.read(), generation));
      return states.write(aggregate, writes);
    },
  };
}
