/** The kinds of values in the data of events, as schemas. */
import { z } from 'zod';
import { isWellFormedId } from './identifier.js';
import type { ReasonCode } from './reasons.js';
import { isWellFormedUnicode, isWithinCharacters, TEXT_CHARACTERS_MAX } from './text.js';

/** A reason other than `data-invalid` rides on the issue that it explains. */
function because(reason: ReasonCode, error: string): { error: string; params: { reason: ReasonCode } } {
  return { error, params: { reason } };
}

export const text = z
  .string()
  .refine(
    (value) => isWithinCharacters(value, TEXT_CHARACTERS_MAX) && isWellFormedUnicode(value),
    because('text-invalid', 'must be well-formed Unicode of at most 8,000 characters'),
  );

export const id = z
  .string()
  .refine(
    isWellFormedId,
    because('id-invalid', 'must be an id of 1–128 characters without control characters and commas, not . or ..'),
  );

export const currency = text.refine((value) => value !== '', { error: 'must not be empty' });

/** Minor units. JSON knows a negative zero, which the stores keep differently: it becomes 0. */
export const price = z
  .int()
  .min(0)
  .overwrite((value) => value + 0);

export const quantity = z.int().min(1);

/** May be absent, which writes nothing, or `null`, which clears. */
export function optional<Schema extends z.ZodType>(schema: Schema): z.ZodExactOptional<z.ZodNullable<Schema>> {
  return z.exactOptional(z.nullable(schema));
}

/** A field of a partial update that may be left out but not cleared. */
export function leftOut<Schema extends z.ZodType>(schema: Schema): z.ZodExactOptional<Schema> {
  return z.exactOptional(schema);
}

const LINES_MAX = 1_000;
const TAGS_MAX = 10_000;

/** The length is checked before any item is: what is wrong with a million items is never listed. */
function list<Item extends z.ZodType>(item: Item, { min, max }: { readonly min: number; readonly max: number }) {
  return z.array(z.unknown()).min(min).max(max).pipe(z.array(item));
}

export const tags = list(text, { min: 0, max: TAGS_MAX });

/** 1–1,000 of what an order consists of. */
export function lineList<Line extends z.ZodType>(line: Line) {
  return list(line, { min: 1, max: LINES_MAX });
}

/** 1–1,000 lines, each `lineId` once. */
export function lines<Line extends z.ZodType<{ lineId: string }>>(line: Line) {
  return lineList(line).refine(hasDistinctLineIds, { error: 'must name each lineId once' });
}

function hasDistinctLineIds(all: readonly { readonly lineId: string }[]): boolean {
  return all.length === 1 || new Set(all.map((line) => line.lineId)).size === all.length;
}

/** Events that say all by their type. */
export const noData = z.object({});
