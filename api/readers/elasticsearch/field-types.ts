/** How a declared field is mapped: some clauses depend on it. */
import type { View } from '../../../mappings/contract.js';

/** The mapping type of `customer.level`; `object` when the path has no mapping of its own. */
export function fieldType(view: View, path: string): string {
  if (view.storage.store !== 'elasticsearch') return 'object';
  let mapping: unknown = { properties: view.storage.properties };
  for (const name of path.split('.')) mapping = memberOf(memberOf(mapping, 'properties'), name);
  const type = memberOf(mapping, 'type');
  return typeof type === 'string' ? type : 'object';
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}
