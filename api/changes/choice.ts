/** What a subscriber wants to hear of, and may: views, and documents by their ids or by those that they refer to. */
import type { ChangeKey, ChangeKeys } from '../../mappings/changes.js';
import type { View, ViewName } from '../../mappings/contract.js';
import { isVisible } from '../access/visibility.js';
import type { Principal } from '../ports/principal.js';

export interface Choice {
  readonly views: ReadonlySet<ViewName>;
  /** Of each key that is here a document must have one of the ids. */
  readonly keys: ReadonlyMap<ChangeKey, ReadonlySet<string>>;
  readonly principal: Principal;
}

/** Whether a document with these ids is, or was, among what is chosen. */
export function chooses({ keys: chosen, principal: { customerId } }: Choice, view: View, keys: ChangeKeys): boolean {
  for (const [key, ids] of chosen) if (!keys[key]?.some((id) => ids.has(id))) return false;
  if (customerId === null || view.queries.access.customer === undefined) return true;
  // A document that went from one customer to another was never among what this caller may ask for by the other one.
  if (chosen.get('customerId')?.has(customerId) === false) return false;
  return keys.customerId?.includes(customerId) ?? false;
}

/** Whether the document itself, as it is now, is among what is chosen and exists for the caller. */
export function choosesDocument(choice: Choice, view: View, keys: ChangeKeys, document: unknown): boolean {
  return chooses(choice, view, keys) && isVisible(view, choice.principal, document);
}
