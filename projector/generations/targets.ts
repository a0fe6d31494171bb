/** Where the documents of a generation are written to. */
import { views } from '../../mappings/registry.js';
import type { GenerationRecord } from '../../runtime/storage/records.js';
import { recordOf } from '../../runtime/storage/registry.js';
import type { Target, TargetList } from '../ports/documents.js';
import type { Registry } from '../ports/generations.js';

/** Asks the registry every time: a list kept from before could miss a place that readers will be switched to. */
export class RegisteredTargets implements TargetList {
  constructor(
    private readonly registry: Pick<Registry, 'read'>,
    private readonly generation: number,
  ) {}

  async current(): Promise<readonly Target[]> {
    return targetsOf(recordOf(await this.registry.read(), this.generation));
  }
}

/** The places that a generation's documents are written to. */
export function targetsOf(generation: GenerationRecord): readonly Target[] {
  return Object.values(views).map(({ name }) => ({ view: name, revision: generation.revisions[name] }));
}
