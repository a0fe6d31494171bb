/** What of a view exists for a caller: whether any of it, which rows, which fields. Every route asks here. */
import { z } from 'zod';
import type { StoredDocument, View } from '../../mappings/contract.js';
import type { Money, QueryDeclaration } from '../../mappings/queries.js';
import { fieldMarks } from '../../mappings/views/fields.js';
import { Problem } from '../problems.js';
import type { Condition } from '../query/document-query.js';
import { type FieldTree, objectIn, personalPathsOf, selectionOf } from '../query/field-selection.js';
import { meets } from '../readers/memory/match.js';
import type { Principal, Scope } from './principal.js';

/** @throws Problem when the caller lacks the scope */
export function requireScope({ scopes }: Principal, scope: Scope): void {
  if (!scopes.has(scope)) throw new Problem('forbidden', `This needs the scope ${scope}.`);
}

/** What decides what a caller sees, and nothing else does: two with the same sight are answered alike. */
export function sightOf({ scopes, customerId }: Principal): readonly [customerId: string | null, ...scopes: Scope[]] {
  return [customerId, ...[...scopes].sort()];
}

/** The conditions that every list of the view carries for the caller. */
export function rowsOf({ queries }: View, { customerId }: Principal): Condition[] {
  const { customer } = queries.access;
  return customerId === null || customer === undefined
    ? []
    : [{ kind: 'anyOf', field: customer, values: [customerId] }];
}

/** Whether a document, as it is shown, exists for the caller. */
export function isVisible(view: View, principal: Principal, document: unknown): boolean {
  return rowsOf(view, principal).every((condition) => meets(document as StoredDocument, condition));
}

/** The document as the caller may see it: personal data is `null` without the scope, a personal list is empty. */
export function shownTo(view: View, { scopes }: Principal, document: unknown): unknown {
  return scopes.has('customers:pii') ? document : blank(document, withoutPersonalData(view).personal);
}

/**
 * The view as it is offered to the caller: what it could name, filter, sort, search or count personal data by is not
 * there, and so as unknown as anything else that does not exist.
 */
export function offeredTo(view: View, { scopes }: Principal): View {
  return scopes.has('customers:pii') ? view : withoutPersonalData(view).offered;
}

interface Offer {
  readonly offered: View;
  /** The parts of a document that are personal. */
  readonly personal: FieldTree;
}

const offers = new WeakMap<View, Offer>();

function withoutPersonalData(view: View): Offer {
  const known = offers.get(view);
  if (known !== undefined) return known;
  const paths = personalPathsOf(view.queries.fields);
  const offered = paths.length === 0 ? view : { ...view, queries: publicQueries(view.queries, paths) };
  const offer = { offered, personal: selectionOf(paths) };
  offers.set(view, offer);
  // Of what is offered, the same stays personal: its documents are the same.
  offers.set(offered, offer);
  return offer;
}

function publicQueries(queries: QueryDeclaration, personal: readonly string[]): QueryDeclaration {
  const isPublic = (...fields: readonly (string | undefined)[]) =>
    !fields.some((field) => field !== undefined && personal.some((path) => overlap(path, field)));
  const only = <Entry extends { readonly field: string; readonly missing?: string; readonly money?: Money }>(
    entries: Readonly<Record<string, Entry>>,
  ) =>
    Object.fromEntries(
      Object.entries(entries).filter(([, { field, missing, money }]) => isPublic(field, missing, placeOf(money))),
    );
  const search = queries.search.filter((at) =>
    isPublic(at.field, at.shown, at.kind === 'text' ? at.exact?.field : undefined),
  );
  return {
    ...queries,
    fields: publicFields(queries.fields),
    filters: only(queries.filters),
    ranges: only(queries.ranges),
    times: only(queries.times),
    sorts: only(queries.sorts),
    search,
    relevance: queries.relevance && search.length > 0,
  };
}

/** The field that tells the currency of amounts, or the amounts with it. */
function placeOf(money: Money | undefined): string | undefined {
  if (money === undefined) return undefined;
  return 'currency' in money ? money.currency : money.amounts;
}

/** Whether one lies within the other: an index of a field (`email.folded`) tells the field, and so does an object it is in. */
function overlap(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}.`) || b.startsWith(`${a}.`);
}

/** The same structure less what is personal; only its paths are of interest. */
function publicFields(fields: z.ZodObject): z.ZodObject {
  return z.object(
    Object.fromEntries(
      Object.entries(fields.shape).flatMap(([field, schema]) => {
        if (schema instanceof z.ZodType && fieldMarks.get(schema)?.personal === true) return [];
        const inner = objectIn(schema);
        return [[field, inner === null ? schema : publicFields(inner)]];
      }),
    ),
  );
}

function blank(value: unknown, personal: FieldTree): unknown {
  if (Array.isArray(value)) return value.map((element) => blank(element, personal));
  if (typeof value !== 'object' || value === null) return value;
  const parts = Object.entries(personal).filter(([field]) => Object.hasOwn(value, field));
  if (parts.length === 0) return value;
  const shown: Record<string, unknown> = { ...value };
  for (const [field, part] of parts) {
    if (part !== true) shown[field] = blank(shown[field], part);
    else shown[field] = Array.isArray(shown[field]) ? [] : null;
  }
  return shown;
}
