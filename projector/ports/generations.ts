/** What a generation may do now. */
import type { GenerationRecord, RegistryRecord } from '../../runtime/storage/records.js';

/**
 * `project`: events are folded and what they touch is published. `fill`: events are folded only; every document is
 * rendered once later. `halt`: nothing is folded.
 */
export type GenerationMode = 'project' | 'fill' | 'halt';

export interface Admission {
  readonly mode: GenerationMode;
  /** Records at these offsets and after, by `topic/partition`, are not folded yet. Absent: all may be. */
  readonly upTo?: ReadonlyMap<string, number>;
}

export interface GenerationControl {
  /** As it is now, from the primary. A generation never goes from `project` back to `fill`. */
  admission(): Promise<Admission>;
}

/** What exists of generations in one place: its indexes, collections or consumer groups. */
export interface GenerationTraces {
  /** Numbers of generations of which anything is there, registered or not. */
  numbers(): Promise<readonly number[]>;
}

export interface Registry {
  read(): Promise<RegistryRecord | null>;
  /** Creates the registry with this generation as its first; false when it exists by now. */
  create(first: GenerationRecord): Promise<boolean>;
  /**
   * Writes what `change` makes of the registry, by compare-and-set, as often as it takes; returns what was written, or
   * `null` when `change` declines. `change` may be called several times.
   * @throws Error when there is no registry.
   */
  update(change: (known: RegistryRecord) => RegistryRecord | null): Promise<RegistryRecord | null>;
}

/** Creates and checks what a generation consists of in one store. Both are safe to repeat and to run side by side. */
export interface GenerationStorage {
  create(generation: GenerationRecord): Promise<void>;
  /** What is missing, each as a name; empty when complete. */
  missing(generation: GenerationRecord): Promise<readonly string[]>;
  /** Before everything is rendered, and after: what makes bulk writing cheap, and what reading needs. */
  prepareForBulk(generation: GenerationRecord): Promise<void>;
  prepareForReading(generation: GenerationRecord): Promise<void>;
  /** Removes everything of the generation. Safe to repeat. */
  drop(generation: Pick<GenerationRecord, 'number'>): Promise<void>;
}
