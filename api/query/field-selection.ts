/** `fields`: which parts of a document are answered. */

import type { FieldTree } from '../../mappings/queries.js';

/** Every path that may be named, parents before their fields. */
export function pathsOf(tree: FieldTree, prefix = ''): string[] {
  return Object.entries(tree).flatMap(([field, inner]) =>
    inner === true ? [prefix + field] : [prefix + field, ...pathsOf(inner, `${prefix}${field}.`)],
  );
}

/** The tree of the paths named; naming a parent takes all of it. */
export function selectionOf(paths: readonly string[]): FieldTree {
  const root = new Map<string, Node>();
  for (const path of paths) add(root, path.split('.'));
  return asTree(root);
}

type Node = true | Map<string, Node>;

function add(node: Map<string, Node>, [field, ...rest]: readonly string[]): void {
  if (field === undefined) return;
  const present = node.get(field);
  if (present === true) return;
  if (rest.length === 0) {
    node.set(field, true);
    return;
  }
  const inner = present ?? new Map<string, Node>();
  node.set(field, inner);
  add(inner, rest);
}

function asTree(node: Map<string, Node>): FieldTree {
  return Object.fromEntries([...node].map(([field, inner]) => [field, inner === true ? true : asTree(inner)]));
}

/** The selected part of a JSON value; lists element by element, `null` stays. */
export function project(value: unknown, selection: FieldTree): unknown {
  if (Array.isArray(value)) return value.map((element) => project(element, selection));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([field, inner]) => {
      const part = Object.hasOwn(selection, field) ? selection[field] : undefined;
      if (part === undefined) return [];
      return [[field, part === true ? inner : project(inner, part)]];
    }),
  );
}

/** The value without some of its own fields. */
export function withoutFields(value: unknown, fields: readonly string[]): unknown {
  if (fields.length === 0 || typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([field]) => !fields.includes(field)));
}
