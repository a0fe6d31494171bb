/**
 * Documents and sums are written by processes only that declare the views as their generation was created with: any
 * other would write them in its own shape among those of the generation, or be refused by its store.
 */
import { shapeOf } from '../../mappings/definition.js';
import type { GenerationRecord } from '../../runtime/records.js';
import type { AggregateStore } from '../ports.js';
import { DECLARED, isOfThisShape, type Registry, recordOf, viewsDeclaredOtherwise } from './generation.js';

/** Of what this process writes. */
export const SHAPE = shapeOf(DECLARED);

/** Another version of the program wants to write to the generation. */
export class OtherShape extends Error {
  override readonly name = 'OtherShape';

  constructor({ number, definitions, snapshot }: Pick<GenerationRecord, 'number' | 'definitions' | 'snapshot'>) {
    const views = definitions === undefined ? 'its views' : viewsDeclaredOtherwise(definitions).join(', ');
    super(
      `Generation ${number} has documents of another shape: this version of the program declares ${views} otherwise. ` +
        (snapshot === undefined
          ? 'Use the version whose projectors keep this generation, or build a generation of this version and switch to ' +
            'it first (projector rerender, or projector rebuild start).'
          : `It is the snapshot ${snapshot.name}: use the version that took it, or delete it first (projector snapshot ` +
            `delete ${snapshot.name}).`),
    );
  }
}

/** @throws OtherShape */
export function assertOfThisShape(record: GenerationRecord): void {
  if (!isOfThisShape(record)) throw new OtherShape(record);
}

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
