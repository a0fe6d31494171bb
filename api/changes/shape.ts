/** How a subscriber is shown documents. Those who are shown the same share the work of it. */
import type { View } from '../../mappings/contract.js';
import { shownTo } from '../access/visibility.js';
import type { Principal } from '../ports/principal.js';
import { type FieldTree, project } from '../query/field-selection.js';

export interface Shape {
  /** Equal for shapes that show the same. */
  readonly key: string;
  /** JSON of what is shown of the document. */
  textOf(view: View, document: unknown): string;
}

/** `selection`: `null` is the whole document. */
export function shapeOf(principal: Principal, selection: FieldTree | null): Shape {
  return {
    key: JSON.stringify([[...principal.scopes].sort(), selection]),
    textOf(view, document) {
      const shown = shownTo(view, principal, document);
      return JSON.stringify(selection === null ? shown : project(shown, selection));
    },
  };
}
