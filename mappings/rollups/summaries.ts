/** The shapes of the rollups' summaries, as documents read them. Money in minor units. */

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
  /** The newest orders of the month, newest first: [order id, placed at in ms]. At most 20. */
  readonly newest: readonly (readonly [string, number])[];
}

export interface SummaryOf {
  readonly productDays: ProductDay;
  readonly customerMonths: CustomerMonth;
}

export type RollupName = keyof SummaryOf;
