import type { z } from 'zod';

/** How an older shape of an event's data becomes the present one; the result is validated like any present data. */
export interface Upcaster<Old = unknown> {
  /** The older type with its suffix, such as `order.placed.v1`. */
  readonly from: string;
  /** The present type. */
  readonly to: string;
  readonly schema: z.ZodType<Old>;
  upcast(data: Old): object;
}

/** Lets the schema give the type of the data that is upcast. */
export function upcaster<Old, To extends string>(value: Upcaster<Old> & { readonly to: To }): typeof value {
  return value;
}
