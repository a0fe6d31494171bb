/** `sort`: by what a list is ordered. Every order ends with the id, so that ties never move between pages. */
import type { QueryDeclaration } from '../../mappings/queries.js';
import type { SortKey } from '../ports/document-query.js';
import { shortened } from './given.js';
import type { ParameterValues } from './parameter-values.js';
import { LIMITS, sortNames } from './parameters.js';

export function readSort(values: ParameterValues, queries: QueryDeclaration, searching: boolean): SortKey[] {
  const given = values.many('sort', LIMITS.sortsMax);
  const terms = given ?? [searching && queries.relevance ? 'relevance' : queries.defaultSort];
  const keys: SortKey[] = [];
  const seen = new Set<string>();
  for (const term of terms) {
    const { name, descending } = parseSort(term);
    if (seen.has(name)) values.refuse('sort', `names ${shortened(name)} twice`);
    seen.add(name);
    if (Object.hasOwn(queries.sorts, name)) {
      keys.push(...fieldKeys(queries, name, descending));
    } else if (queries.relevance && name === 'relevance') {
      if (descending) values.refuse('sort', 'relevance is best first and has no "-"');
      if (!searching) values.refuse('sort', 'relevance needs words in q');
      keys.push({ by: 'relevance' });
    } else {
      const allowed = sortNames(queries).join(', ');
      values.refuse(
        'sort',
        `${JSON.stringify(shortened(term))} is unknown; allowed, each with "-" for descending: ${allowed}`,
      );
    }
  }
  return [...keys, ...(seen.has('relevance') ? defaultKeys(queries, seen) : []), idKey(queries)];
}

/** Best first. */
export function relevanceOrder(queries: QueryDeclaration): SortKey[] {
  return [{ by: 'relevance' }, ...defaultKeys(queries, new Set()), idKey(queries)];
}

/** Of what fits equally well, the best is what the default order has first. */
function defaultKeys(queries: QueryDeclaration, seen: ReadonlySet<string>): SortKey[] {
  const { name, descending } = parseSort(queries.defaultSort);
  return seen.has(name) ? [] : fieldKeys(queries, name, descending);
}

function fieldKeys({ sorts }: QueryDeclaration, name: string, descending: boolean): SortKey[] {
  const sort = sorts[name];
  if (sort === undefined) return [];
  const key: SortKey = { by: 'field', field: sort.field, descending };
  return sort.missing === undefined ? [key] : [{ by: 'field', field: sort.missing, descending: false }, key];
}

function idKey({ id }: QueryDeclaration): SortKey {
  return { by: 'field', field: id.sortField, descending: false };
}

function parseSort(term: string): { readonly name: string; readonly descending: boolean } {
  const descending = term.startsWith('-');
  return { name: descending ? term.slice(1) : term, descending };
}
