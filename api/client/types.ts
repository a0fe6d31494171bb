/** The API's types, derived from the declarations that the server validates by. Types only: nothing of it is loaded. */

import type { Registered } from '../../mappings/registry.js';

/** As they are answered whole. */
export type Documents = { readonly [Name in keyof Registered]: Registered[Name]['example'] };

/** @public */
export type OrderDocument = Documents['orders'];
/** @public */
export type ProductDocument = Documents['products'];
/** @public */
export type CustomerDocument = Documents['customers'];

type Queries = { readonly [Name in keyof Registered]: Registered[Name]['queries'] };

export type ViewName = keyof Documents;

/** A document as lists show it. */
export type Listed<View extends ViewName> = Omit<Documents[View], Queries[View]['listOmits'][number]>;

type OneOrMore<Value> = Value | readonly Value[];

type FilterValue<Filter> = Filter extends { readonly kind: 'boolean' }
  ? boolean
  : Filter extends { readonly values: readonly (infer Value)[] }
    ? Value
    : string;

type Filters<Q extends Queries[ViewName]> = {
  readonly [Name in keyof Q['filters']]?: OneOrMore<FilterValue<Q['filters'][Name]>>;
} & {
  readonly [Name in FacetName<Q> & string as `${Name}Not`]?: OneOrMore<FilterValue<Q['filters'][Name]>>;
};

type Ranges<Q extends Queries[ViewName]> = {
  readonly [Name in keyof Q['ranges'] & string as `${Name}${'Min' | 'Max'}`]?: number;
};

type Times<Q extends Queries[ViewName]> = {
  readonly [Name in keyof Q['times'] & string as `${Name}${'From' | 'To'}`]?: Date | string;
};

type SortTerm<Q extends Queries[ViewName]> =
  | `${'' | '-'}${keyof Q['sorts'] & string}`
  | (Q['relevance'] extends true ? 'relevance' : never);

type FacetName<Q extends Queries[ViewName]> = {
  [Name in keyof Q['filters']]: Q['filters'][Name] extends { readonly kind: 'id' } ? never : Name;
}[keyof Q['filters']];

/** The least and the greatest value; `null` when no document has one. */
export interface Span {
  readonly min: number | null;
  readonly max: number | null;
}

/** Of money by currency, of the documents that have an amount in it. */
export type SpanByCurrency = Readonly<Record<string, { readonly min: number; readonly max: number }>>;

type Stats<Q extends Queries[ViewName]> = {
  readonly [Name in keyof Q['ranges']]?: Q['ranges'][Name] extends { readonly money: object } ? SpanByCurrency : Span;
};

type Unhide<Q extends Queries[ViewName]> = Q extends { readonly hidden: { readonly unless: infer Flag extends string } }
  ? { readonly [Name in Flag]?: boolean }
  : object;

/** What a list may be asked; see `/docs` of the API for each. */
export type ListParameters<View extends ViewName> = Filters<Queries[View]> &
  Ranges<Queries[View]> &
  Times<Queries[View]> &
  Unhide<Queries[View]> & {
    readonly q?: string;
    readonly highlight?: boolean;
    readonly sort?: OneOrMore<SortTerm<Queries[View]>>;
    readonly facets?: OneOrMore<FacetName<Queries[View]>>;
    /** Each facet ignores the values chosen and excluded by its own filter. */
    readonly multiSelect?: boolean;
    readonly stats?: OneOrMore<keyof Queries[View]['ranges'] & string>;
    readonly size?: number;
    readonly page?: number;
    readonly cursor?: string;
    readonly total?: 'exact';
  };

export interface Freshness {
  /** Events whose effects are not yet in every document; `null` while that cannot be told. */
  readonly lagEvents: number | null;
  /** Age of the oldest such event, in ms. */
  readonly lagMs: number | null;
  /** Documents that their store refuses for good: they are as they were before, or not there. */
  readonly refused: number | null;
  /** RFC 3339 in UTC. */
  readonly asOf: string;
}

export interface Page<
  Item,
  Facets extends PropertyKey = string,
  Told = Readonly<Record<string, Span | SpanByCurrency>>,
> {
  readonly data: readonly (Item & { readonly highlight?: Readonly<Record<string, readonly string[]>> })[];
  readonly page: { readonly size: number; readonly number: number | null; readonly next: string | null };
  readonly total: { readonly value: number; readonly relation: 'eq' | 'gte' };
  readonly facets?: {
    readonly [Name in Facets]?: readonly { readonly value: string | boolean; readonly count: number }[];
  };
  readonly stats?: Told;
  readonly freshness: Freshness;
  /** A store is down, and the answer comes from what another one knows. */
  readonly degraded?: true;
}

export type ListPage<View extends ViewName> = Page<Listed<View>, FacetName<Queries[View]>, Stats<Queries[View]>>;

export interface Single<Document> {
  readonly data: Document;
  readonly freshness: Freshness;
  /** Names this content; `null` when the answer had none. */
  readonly etag: string | null;
}

/** A page of what happened to a document's aggregate, oldest first. */
export interface History<Document> {
  readonly data: readonly Moment<Document>[];
  /** Whether all events are there: of a part of them no document can be told. */
  readonly complete: boolean;
  readonly page: { readonly size: number; readonly next: string | null };
  readonly freshness: Freshness;
}

/** One event, and the document as of it. */
export interface Moment<Document> {
  readonly eventId: string;
  /** `null`: the event is no longer in Kafka. */
  readonly type: string | null;
  readonly sequence: number | null;
  /** RFC 3339 in UTC. */
  readonly time: string;
  /** `null` for callers that are bound to a customer. */
  readonly position: { readonly topic: string; readonly partition: number; readonly offset: number } | null;
  /** The fields of the document that it changed. */
  readonly changed: readonly string[];
  readonly document: Document | null;
}

/** What is known of one delivery of an event. */
export interface EventDelivery {
  readonly eventId: string;
  /** `null`: it cannot be read, or is none of the contract. */
  readonly type: string | null;
  /** Such as `orders/o-1001`; `null`: it cannot be read. */
  readonly aggregate: string | null;
  readonly outcome: 'folded' | 'duplicate' | 'quarantined';
  /** A code, of what is quarantined only. */
  readonly reason: string | null;
  /** These are `null` for callers without the scope `admin`. */
  readonly topic: string;
  readonly partition: number;
  readonly offset: number | null;
  /** When the event happened, RFC 3339 in UTC; `null`: it cannot be read. */
  readonly time: string | null;
  /** Whether its effect is durable in every document rendered with its batch. */
  readonly visible: boolean;
  readonly visibleSince: string | null;
  /** At most 100 of those that show what it wrote, such as `orders/o-1001`. */
  readonly documents: readonly string[];
}

export interface EventAnswer {
  readonly data: readonly EventDelivery[];
  /** False when there may be more. */
  readonly complete: boolean;
}

/** A change of a visible document, the removal of one, or the end of the generation that was followed. */
export type Change =
  | {
      [View in ViewName]: {
        readonly event: 'change';
        readonly view: View;
        readonly id: string;
        /** Rises with every change of the document; `null` for callers that are bound to a customer. */
        readonly version: number | null;
        readonly document: Documents[View];
        readonly place: string;
      };
    }[ViewName]
  | { readonly event: 'removed'; readonly view: ViewName; readonly id: string; readonly place: string }
  /** What was followed was built anew, or is no longer known: read again what you show. */
  | { readonly event: 'reset'; readonly place: '' };

export interface ChangeChoice {
  readonly view?: OneOrMore<ViewName>;
  readonly customerId?: OneOrMore<string>;
  readonly orderId?: OneOrMore<string>;
  readonly productId?: OneOrMore<string>;
}
