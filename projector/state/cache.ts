import type { AggregateName } from '../../mappings/events/event.js';
import type { StateRecord } from '../ports.js';

/**
 * The latest states that this process has read or written, least recently used first to go. Folding may start from a
 * cached state because its write is a compare-and-set; rendering may use one only after its version was found to be
 * the stored one after the ticket was taken.
 */
export class StateCache {
  private readonly entries = new Map<string, StateRecord>();
  private characters = 0;

  /** `charactersMax`: of their stored forms. */
  constructor(
    private readonly statesMax: number,
    private readonly charactersMax = Number.POSITIVE_INFINITY,
  ) {}

  take(name: AggregateName, ids: readonly string[]): Map<string, StateRecord> {
    const found = new Map<string, StateRecord>();
    for (const id of ids) {
      const key = `${name}/${id}`;
      const record = this.entries.get(key);
      if (record === undefined) continue;
      found.set(id, record);
      this.entries.delete(key);
      this.entries.set(key, record);
    }
    return found;
  }

  /** An older version never replaces a newer one: two steps of the pipeline may have read at different times. */
  put(name: AggregateName, id: string, record: StateRecord): void {
    const key = `${name}/${id}`;
    const known = this.entries.get(key);
    if (known !== undefined && known.version >= record.version) return;
    this.drop(key);
    // It would take the place of all others, and then not have enough.
    if (record.length > this.charactersMax) return;
    this.entries.set(key, record);
    this.characters += record.length;
    while (this.entries.size > this.statesMax || this.characters > this.charactersMax) {
      const [oldest] = this.entries.keys();
      if (oldest === undefined) break;
      this.drop(oldest);
    }
  }

  private drop(key: string): void {
    this.characters -= this.entries.get(key)?.length ?? 0;
    this.entries.delete(key);
  }
}
