/**
 * What documents are made of: one schema per view gives the type of its documents, what `fields` may name, OpenAPI,
 * `/v1/meta` and the client's types. Nothing is checked by them at run time: documents are rendered by typed code.
 */
import { z } from 'zod';
import type { Access } from '../queries.js';

/** Of the nearest value, which others are shown as `null`, or as an empty list. */
export interface FieldMarks {
  /** Shown only to callers that may see personal data. */
  readonly personal?: boolean;
  /** Shown only to callers that may read this view, too: it is made of its documents. */
  readonly needs?: Access['scope'];
}

export const fieldMarks = z.registry<FieldMarks>();

export const id = z.string().min(1).max(128);
export const text = z.string();
export const flag = z.boolean();
/** RFC 3339 in UTC with milliseconds. */
export const time = z.iso.datetime({ precision: 3 });
export const count = z.int().min(0);
export const money = z.int().describe('In minor units of its currency.');
export const moneyByCurrency = z
  .record(z.string(), z.int())
  .readonly()
  .describe('Amounts in minor units, by currency.');
export const personalText = z.string().nullable().register(fieldMarks, { personal: true });
export const sources = z
  .record(z.string(), z.int().nullable())
  .readonly()
  .describe('The highest `sequence` of each aggregate that the document shows, such as `{"orders/o-1": 7}`.');

export function listOf<Element extends z.ZodType>(element: Element) {
  return z.array(element).readonly();
}
