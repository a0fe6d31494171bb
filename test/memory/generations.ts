/** What generations consist of, in memory. */
import type { GenerationStorage, GenerationTraces, Registry } from '../../projector/generations/generation.js';
import type { GenerationRecord, RegistryRecord } from '../../runtime/records.js';

export class MemoryRegistry implements Registry {
  record: RegistryRecord | null = null;

  async read(): Promise<RegistryRecord | null> {
    return this.record;
  }

  async create(first: GenerationRecord): Promise<boolean> {
    if (this.record !== null) return false;
    this.record = { _id: 'registry', live: first.number, generations: [first] };
    return true;
  }

  async replaceLive(generation: GenerationRecord, since: RegistryRecord): Promise<boolean> {
    const { record } = this;
    if (record === null || record.live !== since.live || record.generations.length !== since.generations.length)
      return false;
    this.record = { ...record, live: generation.number, generations: [...record.generations, generation] };
    return true;
  }
}

/** One store: the parts of each generation in it, which are also its traces. */
export class MemoryGenerationStorage implements GenerationStorage, GenerationTraces {
  readonly parts = new Map<number, Set<string>>();

  constructor(private readonly names: readonly string[]) {}

  async create({ number }: GenerationRecord): Promise<void> {
    this.parts.set(number, new Set([...(this.parts.get(number) ?? []), ...this.names]));
  }

  async missing({ number }: GenerationRecord): Promise<readonly string[]> {
    return this.names.filter((name) => !this.parts.get(number)?.has(name));
  }

  async numbers(): Promise<readonly number[]> {
    return [...this.parts.keys()];
  }
}
