/** The parameters of `/v1/suggest`. */
import type { View } from '../../mappings/contract.js';
import type { Suggest } from '../../mappings/queries.js';
import type { Condition, DocumentQuery } from '../ports/document-query.js';
import { pathsNotNeeded } from './field-selection.js';
import type { Given, ParameterError } from './given.js';
import { ParameterValues } from './parameter-values.js';
import { LIMITS, suggestParameters } from './parameters.js';
import { relevanceOrder } from './sort-order.js';
import { readWords } from './word-search.js';

export type SuggestOutcome =
  /** `null`: nothing has been typed yet. */
  | { readonly kind: 'request'; readonly query: DocumentQuery | null }
  | { readonly kind: 'refused'; readonly errors: readonly ParameterError[] };

/** `fixed`: what the caller may see. */
export function readSuggestRequest(
  given: Given,
  { queries }: View,
  text: Suggest,
  fixed: readonly Condition[],
): SuggestOutcome {
  const values = new ParameterValues(given);
  values.refuseUnknown([...suggestParameters().keys()], 'suggestions');
  if (!values.has('q')) values.refuse('q', 'is needed: what was typed');
  const typed = readWords(values);
  values.snapshot();
  if (values.errors.length > 0) return { kind: 'refused', errors: values.errors };
  if (typed === null || typed.phrases.length === 0) return { kind: 'request', query: null };
  return {
    kind: 'request',
    query: {
      conditions: fixed,
      search: { kind: 'completion', phrases: typed.phrases, row: typed.row, text },
      sort: relevanceOrder(queries),
      after: null,
      skip: 0,
      size: LIMITS.suggestionsMax,
      countExactly: false,
      without: pathsNotNeeded([text.field], queries),
      facets: [],
      stats: [],
      highlight: false,
    },
  };
}
