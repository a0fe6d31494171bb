/** Whether documents are of the shape that this process writes. */
import { definitionsOf, shapeOf } from '../../mappings/definition.js';
import { views } from '../../mappings/registry.js';
import type { GenerationRecord } from './records.js';

/** By this process. */
export const DECLARED = definitionsOf(views);

/** Whether the generation's documents are of the shape that this process writes. */
export function isOfThisShape({ definitions }: GenerationRecord): boolean {
  return definitions === undefined || viewsDeclaredOtherwise(definitions).length === 0;
}

/** The views whose declaration is not the one that the generation was created with, those that are new or gone included. */
export function viewsDeclaredOtherwise(definitions: Readonly<Record<string, string>>): readonly string[] {
  const names = [...new Set([...Object.keys(DECLARED), ...Object.keys(definitions)])].sort();
  return names.filter((name) => DECLARED[name] !== definitions[name]);
}

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
