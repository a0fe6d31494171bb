/** What tells whether stored documents are of the shape that a view declares now. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { View } from './contract.js';
import { WORDS_REVISION } from './words.js';

/** A hash of each view's declaration: how documents are stored, and which fields they have. By the view's name. */
export function definitionsOf(views: Readonly<Record<string, View>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.values(views).map((view) => [view.name, definitionOf(view)]));
}

/** One hash of them all. */
export function shapeOf(definitions: Readonly<Record<string, string>>): string {
  return hashOf(definitions);
}

function definitionOf({ storage, queries }: View): string {
  const fields = z.toJSONSchema(queries.fields, { unrepresentable: 'any' });
  return hashOf({ storage, fields, words: WORDS_REVISION });
}

function hashOf(value: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(value)))
    .digest('hex')
    .slice(0, 16);
}

/** Neither words nor the order in which fields are declared make a difference; but that of an index of MongoDB's does. */
function sorted(value: unknown, key = ''): unknown {
  if (key === 'required' && Array.isArray(value)) return [...value].sort();
  if (Array.isArray(value)) return value.map((inner) => sorted(inner, key));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([name, inner]) => name !== 'description' || typeof inner !== 'string');
  const ordered = key === 'indexes' ? entries : entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return ordered.map(([name, inner]) => [name, sorted(inner, name)]);
}
