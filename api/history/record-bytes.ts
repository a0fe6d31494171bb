import type { RawRecord } from '../../mappings/events/event.js';

/** What objects and short texts take beside the content, about. */
const OVERHEAD_BYTES = 500;

/** What a record takes in memory, about. */
export function bytesOf({ key, value }: RawRecord): number {
  return OVERHEAD_BYTES + (key?.byteLength ?? 0) + (value?.byteLength ?? 0);
}
