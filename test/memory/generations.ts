/** What generations consist of, in memory. */
import type { GenerationStorage, GenerationTraces, Registry } from '../../projector/ports/generations.js';
import type { GenerationRecord, RegistryRecord } from '../../runtime/storage/records.js';

export class MemoryRegistry implements Registry {
  record: RegistryRecord | null = null;

  async read(): Promise<RegistryRecord | null> {
    return this.record;
  }

  async create(first: GenerationRecord): Promise<boolean> {
    if (this.record !== null) return false;
    this.record = { _id: 'registry', version: 1, live: first.number, generations: [first] };
    return true;
  }

  async update(change: (known: RegistryRecord) => RegistryRecord | null): Promise<RegistryRecord | null> {
    if (this.record === null) throw new Error('There is no registry.');
    const changed = change(this.record);
    if (changed !== null) this.record = { ...changed, version: this.record.version + 1 };
    return changed === null ? null : this.record;
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

  async prepareForBulk(): Promise<void> {}

  async prepareForReading(): Promise<void> {}

  async drop({ number }: GenerationRecord): Promise<void> {
    this.parts.delete(number);
  }

  async numbers(): Promise<readonly number[]> {
    return [...this.parts.keys()];
  }
}
