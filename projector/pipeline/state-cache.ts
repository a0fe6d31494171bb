import { LRUCache } from 'lru-cache';
import type { AggregateName } from '../../mappings/events/event.js';
import type { StateRecord } from '../ports/states.js';

/**
 * The latest states that this process has read or written, least recently used first to go. Folding may start from a
 * cached state because its write is a compare-and-set; rendering may use one only after its version was found to be
 * the stored one after the ticket was taken.
 */
export class StateCache {
  /** `null`: none is kept. To the library 0 is no limit. */
  private readonly records: LRUCache<string, StateRecord> | null;

  /** `charactersMax`: of their stored forms. One that is longer than that is not kept: it would take the place of all. */
  constructor(statesMax: number, charactersMax = Number.MAX_SAFE_INTEGER) {
    const limits = { max: statesMax, maxSize: charactersMax };
    this.records = statesMax === 0 || charactersMax === 0 ? null : new LRUCache(limits);
  }

  take(name: AggregateName, ids: readonly string[]): Map<string, StateRecord> {
    const found = new Map<string, StateRecord>();
    for (const id of ids) {
      const record = this.records?.get(`${name}/${id}`);
      if (record !== undefined) found.set(id, record);
    }
    return found;
  }

  /** An older version never replaces a newer one: two steps of the pipeline may have read at different times. */
  put(name: AggregateName, id: string, record: StateRecord): void {
    const key = `${name}/${id}`;
    const known = this.records?.peek(key);
    if (known !== undefined && known.version >= record.version) return;
    this.records?.set(key, record, { size: Math.max(1, record.length) });
  }
}
