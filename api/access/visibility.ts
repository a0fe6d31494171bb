/** What of a view exists for a caller: whether any of it, which rows, which fields. Every route asks here. */
import { z } from 'zod';
import type { StoredDocument, View } from '../../mappings/contract.js';
import type { Money, QueryDeclaration } from '../../mappings/queries.js';
import { Problem } from '../http/problems.js';
import type { Condition } from '../ports/document-query.js';
import type { Principal, Scope } from '../ports/principal.js';
import { type FieldTree, guardedPathsOf, objectIn, selectionOf } from '../query/field-selection.js';
import { meets } from '../query/match.js';

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

/** The document as the caller may see it: what it lacks the scope for is `null`, and a list of that kind is empty. */
export function shownTo(view: View, principal: Principal, document: unknown): unknown {
  const { hidden } = offerOf(view, principal);
  return hidden === null ? document : blank(document, hidden);
}

/**
 * The view as it is offered to the caller: what it could name, filter, sort, search or count by something that it lacks
 * the scope for is not there, and so as unknown as anything else that does not exist.
 */
export function offeredTo(view: View, principal: Principal): View {
  return offerOf(view, principal).offered;
}

interface Offer {
  readonly offered: View;
  /** The parts of a document that are not shown; `null`: none. */
  readonly hidden: FieldTree | null;
}

interface Guarded {
  /** As it is declared. */
  readonly whole: View;
  readonly paths: ReturnType<typeof guardedPathsOf>;
  /** By the scopes that a caller lacks. */
  readonly offers: Map<string, Offer>;
}

const guardedViews = new WeakMap<View, Guarded>();

function guardedOf(view: View): Guarded {
  let guarded = guardedViews.get(view);
  if (guarded === undefined) {
    guarded = { whole: view, paths: guardedPathsOf(view.queries.fields), offers: new Map() };
    guardedViews.set(view, guarded);
  }
  return guarded;
}

function offerOf(view: View, { scopes }: Principal): Offer {
  const guarded = guardedOf(view);
  const { whole } = guarded;
  const lacking = guarded.paths.filter(({ scope }) => !scopes.has(scope));
  const key = [...new Set(lacking.map(({ scope }) => scope))].sort().join(' ');
  let offer = guarded.offers.get(key);
  if (offer === undefined) {
    const hidden = lacking.map(({ path }) => path);
    const offered = hidden.length === 0 ? whole : { ...whole, queries: publicQueries(whole.queries, hidden) };
    offer = { offered, hidden: hidden.length === 0 ? null : selectionOf(hidden) };
    guarded.offers.set(key, offer);
    // Of what is offered, the same stays hidden: its documents are the same.
    guardedViews.set(offered, guarded);
  }
  return offer;
}

function publicQueries(queries: QueryDeclaration, hidden: readonly string[]): QueryDeclaration {
  const isPublic = (...fields: readonly (string | undefined)[]) =>
    !fields.some((field) => field !== undefined && hidden.some((path) => overlap(path, field)));
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
    fields: publicFields(queries.fields, hidden),
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

/** The same structure less what is hidden; only its paths are of interest. */
function publicFields(fields: z.ZodObject, hidden: readonly string[], prefix = ''): z.ZodObject {
  return z.object(
    Object.fromEntries(
      Object.entries(fields.shape).flatMap(([field, schema]) => {
        const path = prefix + field;
        if (hidden.includes(path)) return [];
        const inner = objectIn(schema);
        return [[field, inner === null ? schema : publicFields(inner, hidden, `${path}.`)]];
      }),
    ),
  );
}

function blank(value: unknown, hidden: FieldTree): unknown {
  if (Array.isArray(value)) return value.map((element) => blank(element, hidden));
  if (typeof value !== 'object' || value === null) return value;
  const parts = Object.entries(hidden).filter(([field]) => Object.hasOwn(value, field));
  if (parts.length === 0) return value;
  const shown: Record<string, unknown> = { ...value };
  for (const [field, part] of parts) {
    if (part !== true) shown[field] = blank(shown[field], part);
    else shown[field] = Array.isArray(shown[field]) ? [] : null;
  }
  return shown;
}
