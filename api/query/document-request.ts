/** The parameters of a single document. */
import type { View } from '../../mappings/contract.js';
import { type FieldTree, pathsNotNeeded, pathsOf, selectionOf } from './field-selection.js';
import type { Given, ParameterError } from './given.js';
import { ParameterValues } from './parameter-values.js';
import { AS_OF, LIMITS } from './parameters.js';

export type DocumentOutcome =
  /** `null`: the whole document. `without`: what of it need not be read. */
  | { readonly kind: 'request'; readonly selection: FieldTree | null; readonly without: readonly string[] }
  | { readonly kind: 'refused'; readonly errors: readonly ParameterError[] };

const KNOWN: readonly string[] = ['fields', AS_OF.name];

export function readDocumentRequest(given: Given, view: View): DocumentOutcome {
  const values = new ParameterValues(given);
  values.refuseUnknown(KNOWN, 'a single document');
  values.snapshot();
  const paths = values.has('fields') ? values.namesOf('fields', pathsOf(view.queries.fields), LIMITS.fieldsMax) : null;
  if (values.errors.length > 0) return { kind: 'refused', errors: values.errors };
  if (paths === null) return { kind: 'request', selection: null, without: [] };
  const selection = selectionOf([view.queries.id.name, ...paths]);
  return { kind: 'request', selection, without: pathsNotNeeded(paths, view.queries) };
}
