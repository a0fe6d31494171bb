/** What an event is behind the edge: checked, in its present shape, and placed in the order of its aggregate. */
import type { z } from 'zod';
import type { customerEvents } from './customers.js';
import type { orderEvents } from './orders.js';
import type { productEvents } from './products.js';
import type { Malformed } from './reasons.js';
import { codePointOrder } from './text.js';

export { isWellFormedId } from './identifier.js';
export { codePointOrder } from './text.js';

export type AggregateName = 'customers' | 'products' | 'orders';

/** Kafka has headers without a value, although the client's types do not say so. */
export type HeaderValue = Buffer | string | null;

/** A record of Kafka, as far as an event is made of it. */
export interface RawRecord {
  readonly key: Uint8Array | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, HeaderValue | HeaderValue[] | undefined>>;
  /** Why it was not taken apart: it then stands for itself, or for its whole batch, without content. */
  readonly unread?: Malformed;
}

/**
 * The total order of the events of one aggregate: by `sequence` (0 when absent), then `time` (ms since 1970), then
 * `eventId` by code point.
 */
export interface Version {
  readonly sequence: number;
  readonly time: number;
  readonly eventId: string;
}

/** Negative when `a` comes first, 0 when they are the same. */
export function compareVersions(a: Version, b: Version): number {
  return a.sequence - b.sequence || a.time - b.time || codePointOrder(a.eventId, b.eventId);
}

interface SchemasOf {
  customers: typeof customerEvents;
  products: typeof productEvents;
  orders: typeof orderEvents;
}

/** The event of one present type; `data` has the known fields only, absent ones left out. */
interface EventOf<Name extends AggregateName, Type, Schema extends z.ZodType> extends Version {
  readonly aggregate: Name;
  /** The aggregate's id. */
  readonly subject: string;
  readonly type: Type;
  readonly source: string;
  readonly data: Readonly<z.output<Schema>>;
  /** The same for the same content, however it was sent; see content-hash.ts. */
  readonly contentHash: string;
}

type EventsOf<Name extends AggregateName, Schemas> = {
  [Type in keyof Schemas]: Schemas[Type] extends z.ZodType ? EventOf<Name, Type, Schemas[Type]> : never;
}[keyof Schemas];

export type CustomerEvent = EventsOf<'customers', SchemasOf['customers']>;
export type ProductEvent = EventsOf<'products', SchemasOf['products']>;
export type OrderEvent = EventsOf<'orders', SchemasOf['orders']>;

/** Told apart by `type`. */
export type DomainEvent = CustomerEvent | ProductEvent | OrderEvent;
export type EventType = DomainEvent['type'];
