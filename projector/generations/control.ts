/** What a generation may do now, as the registry says: asked for every batch, so that a change holds from the next one on. */
import type { GenerationControl, GenerationMode } from '../ports.js';
import { type Registry, recordOf } from './generation.js';

export class RegisteredControl implements GenerationControl {
  constructor(
    private readonly registry: Pick<Registry, 'read'>,
    private readonly generation: number,
    private readonly now: () => number,
  ) {}

  async mode(): Promise<GenerationMode> {
    const { phase, paused, haltedUntil } = recordOf(await this.registry.read(), this.generation);
    if (paused === true || (haltedUntil !== undefined && haltedUntil.getTime() > this.now())) return 'halt';
    if (phase === 'filling') return 'fill';
    return phase === 'frozen' ? 'halt' : 'project';
  }
}
