/** What may be asked of a view, as it follows from its fields: for the engines, and by name for the client's types. */
import type { z } from 'zod';
import type {
  Access,
  Filter,
  NumberRange,
  QueryDeclaration,
  SearchField,
  Sort,
  Suggest,
  TimeRange,
} from '../queries.js';
import type { Column, Keeping } from './columns.js';
import { type Field, type Fields, schemaOf, type Uses } from './kinds.js';

/** What no single field says of a view. */
export interface Settings<F extends Fields> extends Keeping {
  readonly id: keyof F & string;
  readonly access: Access;
  readonly defaultSort: `${'' | '-'}${NamesOf<F, 'sort'>}`;
  /** Whether `sort=relevance` exists. */
  readonly relevance: boolean;
  /** Values hidden from lists unless the flag parameter is `true` or the filter names any value. */
  readonly hidden?: {
    readonly filter: NamesOf<F, 'filter'>;
    readonly values: readonly string[];
    readonly unless: string;
  };
}

/** Every field, however deep. */
type LeafIn<F extends Fields> = {
  [Name in keyof F]: F[Name] extends { readonly fields: infer Inner extends Fields } ? LeafIn<Inner> : F[Name];
}[keyof F];

type Using<F extends Fields, Use extends keyof Uses> = Extract<
  LeafIn<F>,
  Field & { readonly uses: { readonly [_ in Use]: string } }
>;

type NamesOf<F extends Fields, Use extends keyof Uses> = Using<F, Use>['uses'][Use] & string;

type FilterOf<L> = L extends { readonly kind: 'id' }
  ? Extract<Filter, { readonly kind: 'id' }>
  : L extends { readonly kind: 'flag' }
    ? Extract<Filter, { readonly kind: 'boolean' }>
    : L extends { readonly kind: 'oneOf'; readonly schema: z.ZodType<infer Value> }
      ? { readonly kind: 'keyword'; readonly field: string; readonly values: readonly NonNullable<Value & string>[] }
      : { readonly kind: 'keyword'; readonly field: string };

type RangeOf<L> = L extends { readonly kind: 'money' | 'moneyByCurrency' }
  ? NumberRange & Required<Pick<NumberRange, 'money'>>
  : Omit<NumberRange, 'money'>;

type Omitted<F extends Fields> = {
  [Name in keyof F]: F[Name]['uses'] extends { readonly omitted: true } ? Name : never;
}[keyof F];

/** A `QueryDeclaration` that knows its names. */
export type QueriesOf<F extends Fields, S> = Omit<
  QueryDeclaration,
  'filters' | 'ranges' | 'times' | 'sorts' | 'relevance' | 'hidden' | 'listOmits'
> & {
  readonly filters: { readonly [L in Using<F, 'filter'> as L['uses']['filter']]: FilterOf<L> };
  readonly ranges: { readonly [L in Using<F, 'range'> as L['uses']['range']]: RangeOf<L> };
  readonly times: { readonly [Name in NamesOf<F, 'time'>]: TimeRange };
  readonly sorts: { readonly [Name in NamesOf<F, 'sort'>]: Sort };
  readonly listOmits: readonly (Omitted<F> & string)[];
} & Pick<S, Extract<keyof S, 'relevance' | 'hidden'>>;

type AnySettings = Keeping & Pick<QueryDeclaration, 'access' | 'defaultSort' | 'relevance' | 'hidden'>;

export function queriesOf(fields: Fields, columns: readonly Column[], settings: AnySettings): QueryDeclaration {
  const { store: _, id, ...others } = settings;
  const idColumn = columns.find(({ path }) => path === id);
  const suggested = columns.find(({ field }) => field.uses.suggest !== undefined);
  return {
    ...others,
    id: { name: id, sortField: idColumn?.sortedBy ?? id },
    fields: schemaOf(fields),
    filters: byName(columns, 'filter', filterBy),
    ranges: byName(columns, 'range', rangeOver),
    times: byName(columns, 'time', ({ path }) => ({ field: path })),
    sorts: byName(columns, 'sort', ({ sortedBy, missing }) => ({
      field: sortedBy,
      ...(missing === undefined ? {} : { missing }),
    })),
    search: columns.flatMap(searchIn),
    ...(suggested === undefined ? {} : { suggest: suggestOf(suggested) }),
    listOmits: Object.keys(fields).filter((name) => fields[name]?.uses.omitted === true),
  };
}

/** @throws TypeError when two fields use a name alike. */
function byName<Asked>(
  columns: readonly Column[],
  use: 'filter' | 'range' | 'time' | 'sort',
  asked: (column: Column) => Asked,
): Readonly<Record<string, Asked>> {
  const found = new Map<string, Asked>();
  for (const column of columns) {
    const name = column.field.uses[use];
    if (name === undefined) continue;
    if (found.has(name)) throw new TypeError(`Two fields have the ${use} ${name}: give one of them another name.`);
    found.set(name, asked(column));
  }
  return Object.fromEntries(found);
}

function filterBy({ path, kind, field: { values } }: Column): Filter {
  if (kind === 'id') return { kind: 'id', field: path };
  if (kind === 'flag') return { kind: 'boolean', field: path };
  return { kind: 'keyword', field: path, ...(values === undefined ? {} : { values }) };
}

/** @throws TypeError for an amount of which it is not said where its currency stands. */
function rangeOver({ path, kind, sortedBy, field: { uses } }: Column): NumberRange {
  switch (kind) {
    case 'moneyByCurrency':
      return { field: sortedBy, type: 'integer', money: { amounts: path } };
    case 'money': {
      const { currency } = uses;
      if (currency === undefined)
        throw new TypeError(`The field ${path} has a range and must name its currency's field.`);
      return { field: path, type: 'integer', money: { currency } };
    }
    case 'decimal':
      return { field: path, type: 'number' };
    default:
      return { field: path, type: 'integer' };
  }
}

/** @throws TypeError where the whole text is asked for and is not stored */
function searchIn({ path, searched, whole, field: { uses } }: Column): SearchField[] {
  const { search } = uses;
  if (search === undefined || searched === undefined) return [];
  if (search === 'whole') return [{ kind: 'whole', field: searched, shown: path }];
  const { weight, exact, long } = search;
  if (exact !== undefined && whole === undefined) {
    throw new TypeError(
      `The field ${path} may not say what is added for all of it, "exact": only Elasticsearch knows that.`,
    );
  }
  return [
    {
      kind: 'text',
      field: searched,
      shown: path,
      weight,
      ...(exact === undefined || whole === undefined ? {} : { exact: { field: whole, bonus: exact } }),
      ...(long === undefined ? {} : { long }),
    },
  ];
}

/** @throws TypeError where there is nothing to complete by. */
function suggestOf({ path, searched, whole }: Column): Suggest {
  if (searched === undefined || whole === undefined) {
    throw new TypeError(
      `The field ${path} is completed as it is typed: it must be searched word by word, in Elasticsearch.`,
    );
  }
  return { field: path, words: searched, whole };
}
