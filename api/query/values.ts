/** Looks into documents by the paths of declarations. */
import type { StoredDocument } from '../../mappings/contract.js';

/** Every value at the path, lists flattened. */
export function valuesAt(stored: StoredDocument, path: string): unknown[] {
  const names = path.split('.');
  let values: unknown[] = [stored];
  for (const name of names) {
    values = values.flatMap((value) => {
      const inner = typeof value === 'object' && value !== null ? (value as StoredDocument)[name] : undefined;
      return Array.isArray(inner) ? inner : [inner];
    });
  }
  return values.filter((value) => value !== undefined && value !== null);
}
