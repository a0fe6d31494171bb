/**
 * A stored document as the API shows it. A generation of a former version may lack fields that are declared by now:
 * what is absent is `null`, an absent list `[]`, never missing.
 */
import { z } from 'zod';
import type { StoredDocument, View } from '../../mappings/contract.js';
import type { JsonSchema } from '../openapi/json-schema.js';

interface DeclaredField {
  readonly name: string;
  readonly absent: null | readonly never[];
  /** Of an object, or of each object in a list; empty for any other value. */
  readonly inner: readonly DeclaredField[];
}

const NONE: readonly never[] = [];
const declared = new WeakMap<z.ZodType, readonly DeclaredField[]>();

/** `without`: paths that were not asked for; what is within an object may be there, empty. */
export function shownOf(view: View, stored: StoredDocument, without: readonly string[] = NONE): unknown {
  const fields = declaredBy(view.queries.fields);
  const lacking = fields.filter(({ name }) => !Object.hasOwn(stored, name));
  if (lacking.length === 0) return filled(view.fromStored(stored), fields);
  // A view may store a field as a list whatever it is shown as: an empty one can be read as either.
  const readable = { ...Object.fromEntries(lacking.map(({ name }) => [name, NONE])), ...stored };
  const shown: Record<string, unknown> = { ...(view.fromStored(readable) as object) };
  for (const { name, absent } of lacking) {
    if (without.includes(name)) delete shown[name];
    else shown[name] = absent;
  }
  return filled(shown, fields, without);
}

/** The value itself when it lacks nothing. */
function filled(value: unknown, fields: readonly DeclaredField[], without: readonly string[] = NONE): unknown {
  if (fields.length === 0 || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const items = value.map((item) => filled(item, fields));
    return items.some((item, i) => item !== value[i]) ? items : value;
  }
  const found = value as Readonly<Record<string, unknown>>;
  let whole: Record<string, unknown> | null = null;
  for (const { name, absent, inner } of fields) {
    const before = found[name];
    if (before === undefined && without.includes(name)) continue;
    const after = before === undefined ? absent : filled(before, inner);
    if (after === before) continue;
    whole ??= { ...found };
    whole[name] = after;
  }
  return whole ?? value;
}

function declaredBy(schema: z.ZodType): readonly DeclaredField[] {
  let fields = declared.get(schema);
  if (fields === undefined) {
    fields = fieldsOf(z.toJSONSchema(schema, { io: 'output' }));
    declared.set(schema, fields);
  }
  return fields;
}

function fieldsOf(schema: JsonSchema): readonly DeclaredField[] {
  return Object.entries(schema.properties ?? {}).map(([name, property]) => {
    const options = typeof property === 'object' ? [property, ...(property.anyOf ?? [])] : [];
    const list = options.find((option) => typeof option === 'object' && option.type === 'array');
    const items = typeof list === 'object' && !Array.isArray(list.items) ? list.items : undefined;
    const inner = [items, ...options].find((option) => typeof option === 'object' && option.properties !== undefined);
    return {
      name,
      absent: list === undefined ? null : NONE,
      inner: typeof inner === 'object' ? fieldsOf(inner as JsonSchema) : NONE,
    };
  });
}
