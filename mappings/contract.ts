/**
 * What an aggregate, a rollup and a view are, to the engines in `projector/` and `api/`.
 * The engines know these shapes only; `registry.ts` lists what exists.
 */

import type { CustomerFacts } from './aggregates/customers.js';
import type { OrderFacts } from './aggregates/orders.js';
import type { ProductFacts } from './aggregates/products.js';
import type { AggregateState, References } from './aggregates/state.js';
import type { ChangeKeys } from './changes.js';
import type { AggregateName, DomainEvent } from './events/event.js';
import type { QueryDeclaration } from './queries.js';
import type { ViewName } from './registry.js';
import type { Group } from './rollups/group.js';
import type { RollupName, SummaryOf } from './rollups/summaries.js';

export type { ViewName };

/** A JSON value as it stands in events and documents. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Settings that change what is derived. They are recorded with a generation: another value needs a new generation. */
export interface DerivationSettings {
  /** IANA name; days and months of the derived values. */
  readonly businessTimeZone: string;
  /** The currency by which amounts in several currencies sort and compare: `totalSpent`, `revenue30d`, `revenueLastMonth`. */
  readonly reportingCurrency: string;
}

/** What one event does to its aggregate's state. */
export interface Effect {
  /** `found`: the aggregate exists; `delete`: hidden, earlier registers void; `erase`: a delete that keeps nothing. */
  readonly lifecycle?: 'found' | 'delete' | 'erase';
  /** Register name to the value that it takes, should this event be the last one to write it. */
  readonly writes: Readonly<Record<string, Json>>;
}

/** What is known of an aggregate, typed. */
export interface FactsOf {
  readonly customers: CustomerFacts;
  readonly products: ProductFacts;
  readonly orders: OrderFacts;
}

/** An aggregate as a value: how its events write registers, and how its state reads. All pure. */
export interface Aggregate<Name extends AggregateName = AggregateName> {
  readonly name: Name;
  effect(event: DomainEvent): Effect;
  /** Registers that outlive a delete (not an erasure): the last known name, and whose it was. */
  readonly keptAfterDelete: readonly string[];
  read(id: string, state: AggregateState | undefined): FactsOf[Name];
}

/** An order's part in one group of a rollup: `{ ...group(owner, period), … }`. */
export interface Contribution extends Group {}

/**
 * A sum over the orders of one owner and period, recomputed as a whole whenever one of its orders is touched. Groups
 * may be large: their members are added one by one and never held together.
 */
export interface Rollup<Summary = object, C extends Contribution = Contribution> {
  readonly name: string;
  /** The aggregate whose ids its owners are; `null`: texts of their own, such as the names of carriers. */
  readonly ownedBy: AggregateName | null;
  contribute(order: OrderFacts, settings: DerivationSettings): readonly C[];
  /** A sum of nothing yet. */
  sum(): Sum<Summary, C>;
  /** The first period that any document reads on that business day; absent: all of them. */
  firstPeriodRead?(today: string): string;
  /** The periods that mean something else to documents on `today` than they did on the earlier day `before`. */
  periodsMoved?(before: string, today: string): readonly PeriodRange[];
}

/** Its summary must not depend on the order in which the members were added. */
export interface Sum<Summary, C extends Contribution = Contribution> {
  add(contribution: C): void;
  summary(): Summary;
}

/** Both ends included. */
export interface PeriodRange {
  readonly from: string;
  readonly to: string;
}

/** Which of a view's documents depend on what was touched. */
export type Touch =
  /** The document of the same id. */
  | { readonly by: 'self'; readonly aggregate: AggregateName }
  /** The document of each order that refers to the aggregate, or of the customer of each such order. */
  | {
      readonly by: 'reference';
      readonly aggregate: 'customers' | 'products';
      readonly reference: keyof References;
      readonly document: 'order' | 'customer';
      /** Whether the event writes anything these documents show. Judged from the event alone, never from its effect. */
      shows(event: DomainEvent): boolean;
    }
  /** The owner of each group that was recomputed. */
  | { readonly by: 'rollup'; readonly rollup: RollupName };

/** Collects what a document needs before it can be rendered. */
export interface Wants {
  aggregate(name: AggregateName, id: string): void;
  rollup(name: RollupName, owner: string): void;
}

/** What was read after the ticket. An aggregate without state reads as one that has not arrived. */
export interface Loaded {
  aggregate<Name extends AggregateName>(name: Name, id: string): FactsOf[Name];
  /** The owner's groups, latest period first. */
  rollup<Name extends RollupName>(name: Name, owner: string): readonly PeriodSummary<Name>[];
}

export interface PeriodSummary<Name extends RollupName = RollupName> {
  readonly period: string;
  readonly summary: SummaryOf[Name];
}

/** The clock and the settings of a rendering, read after its ticket like everything else. */
export interface RenderContext extends DerivationSettings {
  /** The business day, `2026-11-21`. */
  readonly today: string;
}

/** `hidden` is written as a tombstone; `unfounded` never was visible and needs no write (see docs/convergence.md). */
export type Rendered<Document> =
  | { readonly kind: 'visible'; readonly document: Document }
  | { readonly kind: 'hidden' }
  | { readonly kind: 'unfounded' };

/** A document as its store keeps it; the store's adapter adds id, ticket and the hidden mark. */
export type StoredDocument = Readonly<Record<string, unknown>>;

/** Whose ids documents go by: an aggregate's, or the owners of a rollup. */
export type Key = { readonly aggregate: AggregateName } | { readonly rollup: RollupName };

/** A view as a value: where it lives, what touches it, what it reads, how it renders, how it is stored and asked. */
export interface View<Document = unknown, Name extends string = ViewName> {
  readonly name: Name;
  readonly keyedBy: Key;
  readonly touchedBy: readonly Touch[];
  /** Rounds of loading; each may use what the rounds before it loaded. */
  readonly load: readonly ((id: string, wants: Wants, loaded: Loaded) => void)[];
  render(id: string, loaded: Loaded, context: RenderContext): Rendered<Document>;
  /**
   * The ids beside its own by which subscribers may have chosen the document, those that it refers to no longer
   * included, as far as they are known: who has seen it there hears that it is gone. Absent: none.
   */
  changeKeys?(id: string, loaded: Loaded): ChangeKeys;
  toStored(document: Document, context: DerivationSettings): StoredDocument;
  fromStored(stored: StoredDocument): Document;
  /** A document as it is answered, for the documentation. */
  readonly example: Document;
  readonly storage: Storage;
  readonly queries: QueryDeclaration;
}

export type Storage =
  | { readonly store: 'elasticsearch'; readonly settings: StoredDocument; readonly properties: StoredDocument }
  | { readonly store: 'mongodb'; readonly indexes: readonly Readonly<Record<string, 1 | -1>>[] };
