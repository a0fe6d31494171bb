/** Where two documents differ: names of fields only, since values may be personal. */
import { isDeepStrictEqual } from 'node:util';

/** Of one document; beyond, the rest is not looked for. */
const PATHS_MAX = 20;

/**
 * Paths such as `customer.name` and `lines.0.quantity`, in the order of the names. A list of another length is named as a
 * whole. What JSON leaves out counts as absent.
 */
export function pathsThatDiffer(some: unknown, other: unknown): string[] {
  // Nearly always they are equal, and that is told sooner than where they differ.
  if (isDeepStrictEqual(some, other)) return [];
  const paths: string[] = [];
  compare(some, other, '', paths);
  return paths;
}

function compare(some: unknown, other: unknown, path: string, paths: string[]): void {
  if (paths.length >= PATHS_MAX || Object.is(some, other)) return;
  if (isRecord(some) && isRecord(other)) {
    const names = [...new Set([...Object.keys(some), ...Object.keys(other)])].sort();
    for (const name of names) compare(some[name], other[name], path === '' ? name : `${path}.${name}`, paths);
  } else if (Array.isArray(some) && Array.isArray(other) && some.length === other.length) {
    some.forEach((value, i) => {
      compare(value, other[i], `${path}.${i}`, paths);
    });
  } else {
    paths.push(path);
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
