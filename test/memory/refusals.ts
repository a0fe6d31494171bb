/** The documents that a store refuses, in memory. */
import type { Refusal, RefusalDesk } from '../../projector/ports/refusals.js';

export class MemoryRefusalDesk implements RefusalDesk {
  private readonly refusals = new Map<string, Refusal>();
  /** How many documents were asked for at a time. */
  readonly asked: number[] = [];

  record(...refusals: readonly Refusal[]): void {
    for (const refusal of refusals) this.refusals.set(nameOf(refusal), refusal);
  }

  async page(after: Refusal | null, limit: number): Promise<readonly Refusal[]> {
    const names = [...this.refusals.keys()].sort();
    const following = names.filter((name) => after === null || name > nameOf(after));
    return following.slice(0, limit).flatMap((name) => this.refusals.get(name) ?? []);
  }

  async find(documents: readonly Pick<Refusal, 'target' | 'id'>[]): Promise<readonly Refusal[]> {
    this.asked.push(documents.length);
    return documents.flatMap((document) => this.refusals.get(nameOf(document)) ?? []);
  }

  async count(): Promise<number> {
    return this.refusals.size;
  }

  async settle(refusals: readonly Refusal[]): Promise<void> {
    for (const refusal of refusals) {
      if (this.refusals.get(nameOf(refusal))?.ticket === refusal.ticket) this.refusals.delete(nameOf(refusal));
    }
  }
}

function nameOf({ target: { view, revision }, id }: Pick<Refusal, 'target' | 'id'>): string {
  return `${view}/${revision}/${id}`;
}
