/** What the documentation shows of documents: each view declares one. */
import type { View } from '../../mappings/contract.js';

/** The value at a path of the example as it is stored: what a filter, range or sort by that field may be given. */
export function storedExample(view: View, path: string): unknown {
  return firstAt(view.toStored(view.example, { businessTimeZone: 'UTC', reportingCurrency: 'CNY' }), path);
}

/** The value at a path of the example as it is answered. */
export function shownExample(view: View, path: string): unknown {
  return firstAt(view.example, path);
}

/** Of lists the first element. */
function firstAt(document: unknown, path: string): unknown {
  let value = document;
  for (const step of path.split('.')) {
    const holder = firstOf(value);
    if (typeof holder !== 'object' || holder === null) return undefined;
    value = Reflect.get(holder, step);
  }
  return firstOf(value);
}

function firstOf(value: unknown): unknown {
  return Array.isArray(value) ? value[0] : value;
}

export const freshnessExample = { lagEvents: 0, lagMs: 0, refused: 0, asOf: '2026-11-02T01:30:14.003Z' };
export const requestIdExample = '5f0c8a52-52c1-4c19-9a3e-0f3f1d3a6b1e';
