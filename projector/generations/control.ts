/** What a generation may do now, as the registry says: asked for every batch, so that a change holds from the next one on. */

import { recordOf } from '../../runtime/storage/registry.js';
import { assertOfThisShape } from '../../runtime/storage/shape.js';
import type { Admission, GenerationControl, Registry } from '../ports/generations.js';

export class RegisteredControl implements GenerationControl {
  constructor(
    private readonly registry: Pick<Registry, 'read'>,
    private readonly generation: number,
    private readonly now: () => number,
  ) {}

  /** @throws OtherShape */
  async admission(): Promise<Admission> {
    const record = recordOf(await this.registry.read(), this.generation);
    assertOfThisShape(record);
    const { phase, paused, halt } = record;
    if (paused === true || phase === 'frozen') return { mode: 'halt' };
    const mode = phase === 'filling' ? 'fill' : 'project';
    if (halt === undefined || halt.until.getTime() <= this.now()) return { mode };
    return halt.upTo === undefined ? { mode: 'halt' } : { mode, upTo: new Map(halt.upTo) };
  }
}
