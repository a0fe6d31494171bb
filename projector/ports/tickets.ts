/** What every write of a document carries. */

declare const brand: unique symbol;

/** The number that orders all writes of documents and rollups of one generation. Only ever made by `TicketCounter`. */
export type Ticket = number & { readonly [brand]: 'Ticket' };

export interface TicketCounter {
  /** One durable increment. */
  next(): Promise<Ticket>;
}

/** The level of the counter, for repairs: what somebody else has stored may lie above it. */
export interface TicketLevel {
  /** The last ticket that was given; 0 before the first. */
  last(): Promise<number>;
  /** All further tickets are higher than this. Never lowers. */
  raise(above: number): Promise<void>;
}
