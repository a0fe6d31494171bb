/** The shapes of the rollups' summaries, as documents read them. Money in minor units. */
import type { OrderStatus } from '../aggregates/orders.js';
import type { Rollup } from '../contract.js';
import type { Rollups } from '../registry.js';

export interface ProductDay {
  /** Units sold that day, returns not subtracted. */
  readonly sold: number;
  /** Returned units of that day's sales. */
  readonly returned: number;
  /** Amounts of the sold lines: [currency, amount]. */
  readonly revenue: readonly (readonly [string, number])[];
}

export interface CustomerMonth {
  readonly orders: number;
  readonly open: number;
  readonly cancelled: number;
  /** Total minus returned amount over the sales: [currency, amount]. */
  readonly spent: readonly (readonly [string, number])[];
  /** The newest orders of the month, newest first, as customer documents show them. At most 20. */
  readonly newest: readonly OrderCard[];
}

/** An order in short. */
export interface OrderCard {
  readonly orderId: string;
  readonly status: OrderStatus;
  /** Milliseconds since 1970. */
  readonly placedAt: number;
  readonly currency: string | null;
  readonly total: number;
  readonly itemCount: number;
  /** How many lines the order has. */
  readonly lineCount: number;
  /** The first of them, at most `RECENT_LINES_MAX`. */
  readonly lines: readonly (readonly [productId: string, quantity: number, unitPrice: number])[];
}

export type RollupName = keyof Rollups;

export type SummaryOf = { readonly [Name in RollupName]: SummaryIn<Rollups[Name]> };

type SummaryIn<R> = R extends Rollup<infer Summary, infer _> ? Summary : never;
