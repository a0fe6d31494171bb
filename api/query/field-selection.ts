/** `fields`: which parts of a document are answered. */
import { z } from 'zod';
import type { QueryDeclaration } from '../../mappings/queries.js';
import { fieldMarks } from '../../mappings/views/kinds.js';
import type { Scope } from '../ports/principal.js';

/** Parts of a document: `true` is taken as a whole, a tree has parts of its own (of each element of a list). */
export type FieldTree = { readonly [field: string]: true | FieldTree };

/** Every path that may be named, parents before their fields. Maps by free keys have none inside. */
export function pathsOf(fields: z.ZodObject, prefix = ''): string[] {
  return Object.entries(fields.shape).flatMap(([field, schema]) => {
    const inner = objectIn(schema);
    return [prefix + field, ...(inner === null ? [] : pathsOf(inner, `${prefix}${field}.`))];
  });
}

/** The scope without which a value is not shown; `null`: that of its view suffices. */
export function scopeNeededFor(schema: unknown): Scope | null {
  const marks = schema instanceof z.ZodType ? fieldMarks.get(schema) : undefined;
  return marks?.personal === true ? 'customers:pii' : (marks?.needs ?? null);
}

/** The paths of what needs a scope beside that of its view, and which. */
export function guardedPathsOf(fields: z.ZodObject, prefix = ''): { readonly path: string; readonly scope: Scope }[] {
  return Object.entries(fields.shape).flatMap(([field, schema]) => {
    const path = prefix + field;
    const scope = scopeNeededFor(schema);
    if (scope !== null) return [{ path, scope }];
    const inner = objectIn(schema);
    return inner === null ? [] : guardedPathsOf(inner, `${path}.`);
  });
}

/** The object that a field holds, or a list of it. */
export function objectIn(schema: unknown): z.ZodObject | null {
  if (schema instanceof z.ZodObject) return schema;
  if (schema instanceof z.ZodArray) return objectIn(schema.element);
  if (schema instanceof z.ZodReadonly || schema instanceof z.ZodNullable) return objectIn(schema.unwrap());
  return null;
}

/** The tree of the paths named; naming a parent takes all of it. */
export function selectionOf(paths: readonly string[]): FieldTree {
  const root = new Map<string, Node>();
  for (const path of paths) add(root, path.split('.'));
  return asTree(root);
}

/**
 * The paths that a selection leaves out, to be left out by a store as well. Of each object that is not taken as a whole
 * its first field stays: a store would leave out the elements of a list of which nothing is left.
 */
export function pathsBeside(selection: FieldTree, fields: z.ZodObject, prefix = ''): string[] {
  return Object.entries(fields.shape).flatMap(([field, schema], i) => {
    const part = Object.hasOwn(selection, field) ? selection[field] : undefined;
    const inner = objectIn(schema);
    if (part === true || (part === undefined && i === 0 && prefix !== '')) return [];
    if (part === undefined) return [prefix + field];
    return inner === null ? [] : pathsBeside(part, inner, `${prefix}${field}.`);
  });
}

/** What of a view's documents must be read to answer the selection and to know whose they are. */
export function pathsNotNeeded(
  selection: readonly string[],
  { id, fields, access }: Pick<QueryDeclaration, 'id' | 'fields' | 'access'>,
): string[] {
  const { customer } = access;
  return pathsBeside(selectionOf([id.name, ...selection, ...(customer === undefined ? [] : [customer])]), fields);
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
