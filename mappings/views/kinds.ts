/**
 * What documents are made of: each field is declared once, by its kind and by its uses, which are what is told of it and
 * what may be asked by it. Everything else follows (declare.ts).
 */
import { z } from 'zod';
import type { Access } from '../queries.js';

/** Of the nearest value, which others are shown as `null`, or as an empty list. */
export interface FieldMarks {
  /** Shown only to callers that may see personal data. */
  readonly personal?: boolean;
  /** Shown only to callers that may read this view, too: it is made of its documents. */
  readonly needs?: Access['scope'];
}

export const fieldMarks = z.registry<FieldMarks>();

/** What is told of a field, and what may be asked by it. Names are those of the API's parameters. */
export interface Uses extends FieldMarks {
  readonly nullable?: true;
  /** What its name does not say, for the documentation. */
  readonly about?: string;
  /** What it holds in the document that the documentation shows; absent: something of its kind. */
  readonly example?: unknown;
  /** Left out of lists unless `fields` names it. */
  readonly omitted?: true;

  /** Equality; of all but ids `nameNot` and `facets=name`, too. */
  readonly filter?: string;
  /** `nameMin`, `nameMax` and `stats=name`. */
  readonly range?: string;
  /** Of an amount with a range: the path of the field that holds its currency. */
  readonly currency?: string;
  /** `nameFrom` and `nameTo`. */
  readonly time?: string;
  readonly sort?: string;
  /** Of a sort in MongoDB: documents without a value come last in both directions, as they always do in Elasticsearch. */
  readonly missingLast?: true;
  /** How the words of `q` are looked for in it: as a `whole`, as an id is, or word by word. */
  readonly search?: 'whole' | TextSearch;
  /** Completed as it is typed, by `/v1/suggest`. */
  readonly suggest?: true;
  /** Indexed although nothing asks by it yet. */
  readonly index?: true;
}

export interface TextSearch {
  /** What it is called in what is stored for searches, where two fields have the same name. */
  readonly as?: string;
  /** Relevance of a word that occurs here and in no better field; 1 to 100. */
  readonly weight: number;
  /** What is added when all that was asked, or a part without blanks, is just this text. In Elasticsearch only. */
  readonly exact?: number;
  /** Too long to be answered as a whole only to show where the words are. */
  readonly long?: true;
}

export type LeafKind =
  | 'id'
  | 'text'
  | 'oneOf'
  | 'texts'
  | 'time'
  | 'flag'
  | 'count'
  | 'money'
  | 'decimal'
  | 'moneyByCurrency'
  | 'sources';

export type Kind = LeafKind | 'object' | 'list';

export interface Field<K extends Kind = Kind, Value = unknown, U extends Uses = Uses, Inner = Fields | null> {
  readonly kind: K;
  readonly uses: U;
  /** Of the value as it is answered. */
  readonly schema: z.ZodType<Value>;
  readonly example: Value;
  /** All that a value may be, where that is a closed set. */
  readonly values?: readonly string[];
  /** Of an object, or of each object in a list. */
  readonly fields: Inner;
}

export interface Fields {
  readonly [name: string]: Field;
}

/** A document, or a part of one, that is made of these fields. */
export type DocumentOf<F extends Fields> = { readonly [Name in keyof F]: z.output<F[Name]['schema']> };

type Nullable<Value, U extends Uses> = U extends { readonly nullable: true } ? Value | null : Value;

/** The uses of a field's kind. Lists and maps are never `null`, but empty. */
type Allowed<Value, Use extends keyof Uses> = Pick<Uses, 'about' | 'personal' | 'needs' | 'omitted' | 'index' | Use> &
  (Value extends object ? { readonly example?: Value } : { readonly nullable?: true; readonly example?: Value | null });

/** Nothing but them: one that is misspelt would do nothing. */
type Only<U, A> = { readonly [Name in Exclude<keyof U, keyof A>]: never };

type LeafOf<K extends LeafKind, Value, Use extends keyof Uses> = <const U extends Allowed<Value, Use>>(
  uses?: U & Only<U, Allowed<Value, Use>>,
) => Field<K, Nullable<Value, U>, U, null>;

function leaf<K extends LeafKind, Value, Use extends keyof Uses = never>(
  kind: K,
  schema: () => z.ZodType<Value>,
  sample: Value,
): LeafOf<K, Value, Use> {
  return (uses) => field(kind, schema(), sample, uses, null);
}

/** `plain` becomes what the uses make of it and is told of as they say, so it must be this field's own. */
function field<K extends Kind, Value, U extends Uses, Inner>(
  kind: K,
  plain: z.ZodType<Value>,
  sample: Value,
  uses: U | undefined,
  fields: Inner,
): Field<K, Nullable<Value, U>, U, Inner> {
  const { nullable, about, personal, needs, example = sample } = uses ?? ({} as Uses);
  let schema: z.ZodType = nullable === true ? plain.nullable() : plain;
  if (about !== undefined) schema = schema.describe(about);
  if (personal !== undefined || needs !== undefined) {
    if (nullable !== true && kind !== 'list' && kind !== 'texts') {
      throw new TypeError('What not everybody may see is shown as null, or as an empty list: declare it nullable.');
    }
    fieldMarks.add(schema, {
      ...(personal === undefined ? {} : { personal }),
      ...(needs === undefined ? {} : { needs }),
    });
  }
  type Shown = Nullable<Value, U>;
  return { kind, uses: uses ?? ({} as U), schema: schema as z.ZodType<Shown>, example: example as Shown, fields };
}

export const id = leaf<'id', string, 'filter' | 'search'>('id', () => z.string().min(1).max(128), 'example');

export const text = leaf<'text', string, 'filter' | 'sort' | 'missingLast' | 'search' | 'suggest'>(
  'text',
  () => z.string(),
  'example',
);

export const texts = leaf<'texts', readonly string[], 'filter' | 'search'>(
  'texts',
  () => z.array(z.string()).readonly(),
  ['example'],
);

/** RFC 3339 in UTC with milliseconds. */
export const time = leaf<'time', string, 'time' | 'sort' | 'missingLast'>(
  'time',
  () => z.iso.datetime({ precision: 3 }),
  '2026-11-01T10:00:00.000Z',
);

export const flag = leaf<'flag', boolean, 'filter'>('flag', () => z.boolean(), true);

export const count = leaf<'count', number, 'range' | 'sort'>('count', () => z.int().min(0), 1);

export const decimal = leaf<'decimal', number, 'range' | 'sort'>('decimal', () => z.number().min(0), 1);

export const money = leaf<'money', number, 'range' | 'currency' | 'sort'>(
  'money',
  () => z.int().describe('In minor units of its currency.'),
  1,
);

/** Sorts and compares by the amount in the reporting currency. */
export const moneyByCurrency = leaf<'moneyByCurrency', Readonly<Record<string, number>>, 'range' | 'sort'>(
  'moneyByCurrency',
  () => z.record(z.string(), z.int()).readonly().describe('Amounts in minor units, by currency.'),
  {},
);

const SOURCES = 'The highest `sequence` of each aggregate that the document shows, such as `{"orders/o-1": 7}`.';

export const sources = leaf<'sources', Readonly<Record<string, number | null>>>(
  'sources',
  () => z.record(z.string(), z.int().nullable()).readonly().describe(SOURCES),
  {},
);

/** One of a closed set of texts. */
export function oneOf<const Value extends string, const U extends Allowed<Value, 'filter' | 'sort'>>(
  values: readonly [Value, ...Value[]],
  uses?: U & Only<U, Allowed<Value, 'filter' | 'sort'>>,
): Field<'oneOf', Nullable<Value, U>, U, null> {
  return { ...field('oneOf', z.enum(values) as z.ZodType<Value>, values[0], uses as U | undefined, null), values };
}

export function object<Inner extends Fields>(fields: Inner): Field<'object', DocumentOf<Inner>, Uses, Inner> {
  return field('object', partOf(fields), exampleOf(fields), {}, fields);
}

/** A list of objects. */
export function listOf<Inner extends Fields, const U extends Allowed<readonly DocumentOf<Inner>[], never>>(
  fields: Inner,
  uses?: U & Only<U, Allowed<readonly DocumentOf<Inner>[], never>>,
): Field<'list', Nullable<readonly DocumentOf<Inner>[], U>, U, Inner> {
  return field('list', z.array(partOf(fields)).readonly(), [exampleOf(fields)], uses as U | undefined, fields);
}

function partOf<Inner extends Fields>(fields: Inner): z.ZodType<DocumentOf<Inner>> {
  return schemaOf(fields).readonly() as unknown as z.ZodType<DocumentOf<Inner>>;
}

export function schemaOf(fields: Fields): z.ZodObject {
  return z.object(Object.fromEntries(Object.entries(fields).map(([name, { schema }]) => [name, schema])));
}

export function exampleOf<F extends Fields>(fields: F): DocumentOf<F> {
  return Object.fromEntries(Object.entries(fields).map(([name, { example }]) => [name, example])) as DocumentOf<F>;
}
