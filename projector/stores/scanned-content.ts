import type { StoredDocument } from '../../mappings/contract.js';
import { HIDDEN_FIELD, STORED_BYTES_FIELD } from '../../runtime/storage/records.js';

/**
 * What is stored, without its size and the mark of what it is: `null` for a tombstone. Where the mark is missing, or a tombstone has
 * kept some content, somebody else was at it: then it shows.
 */
export function contentOf({
  [HIDDEN_FIELD]: hidden,
  [STORED_BYTES_FIELD]: _bytes,
  ...fields
}: StoredDocument): StoredDocument | null {
  if (hidden === false) return fields;
  if (hidden === true && Object.keys(fields).length === 0) return null;
  return { ...fields, [HIDDEN_FIELD]: hidden ?? null };
}
