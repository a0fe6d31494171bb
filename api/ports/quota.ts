/** What callers pay their requests with. */

/** Points that callers pay their requests with, given out anew for each window. */
export interface Quota {
  readonly points: number;
  readonly windowMs: number;
  /** Takes the points if there are as many. */
  consume(caller: string, points: number): Promise<Allowance>;
  /** Takes the points whether there are as many or not: what was done has to be paid. */
  charge(caller: string, points: number): Promise<void>;
}

export interface Allowance {
  readonly granted: boolean;
  /** Points left until the window ends, in `resetMs`. */
  readonly remaining: number;
  readonly resetMs: number;
}
