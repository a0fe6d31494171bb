import type { RawRecord } from '../../mappings/events/event.js';
import { contentBytes } from '../../mappings/events/size.js';

/** What objects and short texts take beside the content, about. */
const OVERHEAD_BYTES = 500;

/** What a record takes in memory, about. */
export function bytesOf(record: RawRecord): number {
  return OVERHEAD_BYTES + contentBytes(record);
}
