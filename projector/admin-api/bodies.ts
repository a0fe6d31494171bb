/** What may be sent to the admin API. Unknown fields are refused. */
import { z } from 'zod';
import type { ViewName } from '../../mappings/contract.js';
import { type AggregateName, isWellFormedId } from '../../mappings/events/event.js';
import { isDocumentId } from '../../mappings/events/identifier.js';
import { reasons } from '../../mappings/events/reasons.js';
import { INSTANT_RULE, parseInstant } from '../../mappings/instant.js';
import { views } from '../../mappings/registry.js';
import { SNAPSHOT_NAME } from '../../runtime/storage/names.js';
import { SNAPSHOT_CLOCKS } from '../../runtime/storage/records.js';
import type { RebuildFrom, RebuildOptions } from '../operations/rebuilding.js';
import type { RefreshChoice } from '../operations/refreshing.js';
import type { RefusalChoice } from '../operations/refusals.js';
import { SNAPSHOT_NAME_RULE } from '../operations/snapshots.js';
import { AdminProblem, type BodyError } from './problems.js';

/** Without any it would be from the ends of all partitions, which nobody means. */
const OFFSETS = z
  .record(z.string().regex(/^.+\/\d{1,9}$/, { error: 'must be topic/partition' }), z.int().nonnegative())
  .refine((offsets) => Object.keys(offsets).length > 0, { error: 'must name a partition at least' });

const MOMENT = z.string().transform((text, context) => {
  const instant = parseInstant(text);
  if (instant !== null) return new Date(instant);
  context.addIssue({ code: 'custom', message: INSTANT_RULE });
  return z.NEVER;
});

export const startBody = z
  .strictObject({
    from: z
      .union(
        [z.enum(['beginning', 'states']), z.strictObject({ time: MOMENT }), z.strictObject({ offsets: OFFSETS })],
        {
          error: 'must be "beginning", "states", {"time": …} or {"offsets": {"topic/0": 12}}',
        },
      )
      .default('beginning'),
    acceptLoss: z.boolean().default(false),
    fullSpeed: z.boolean().default(false),
    dryRun: z.boolean().default(false),
  })
  .readonly();

export const snapshotBody = z
  .strictObject({
    name: z.string().regex(SNAPSHOT_NAME, { error: SNAPSHOT_NAME_RULE }),
    at: MOMENT,
    clock: z.enum(SNAPSHOT_CLOCKS).default('log'),
    acceptLoss: z.boolean().default(false),
  })
  .readonly();

export const switchBody = z.strictObject({ acceptDifferences: z.boolean().default(false) }).readonly();

const VIEW = z.enum(Object.keys(views) as [ViewName, ...ViewName[]]);

export const verifyBody = z
  .strictObject({
    view: VIEW.optional(),
    deep: z.boolean().default(false),
    repair: z.boolean().default(false),
    /** Documents per second; 0: as fast as it goes. */
    pace: z.int().nonnegative().default(0),
  })
  .readonly();

/** Of quarantined records, and what an operator says of them. */
const TEXT = z.string().min(1).max(1_000);
const ID = z.string().refine(isWellFormedId, { error: 'must be an id: see docs/events.md' });
const DOCUMENT_ID = z.string().refine(isDocumentId, { error: 'must be the id of a document: see docs/events.md' });
const REPLAY = { replay: z.boolean().default(false) };

/** Exactly one of them. */
export const refreshBody = z.union(
  [
    z.strictObject({ order: ID, ...REPLAY }).transform(({ order: id, replay }) => one('orders', id, replay)),
    z.strictObject({ customer: ID, ...REPLAY }).transform(({ customer: id, replay }) => one('customers', id, replay)),
    z.strictObject({ product: ID, ...REPLAY }).transform(({ product: id, replay }) => one('products', id, replay)),
    z.strictObject({ since: MOMENT, ...REPLAY }).transform(({ since, replay }) => {
      const choice: RefreshChoice = { kind: 'since', time: since.getTime() };
      return { choice, replay };
    }),
  ],
  { error: 'give one of order, customer, product and since, and replay with it if need be' },
);

function one(aggregate: AggregateName, id: string, replay: boolean) {
  const choice: RefreshChoice = { kind: 'one', aggregate, id };
  return { choice, replay };
}

const CAUSE = z.enum(Object.keys(reasons) as [string, ...string[]]);

/** What to choose quarantined records by; without anything, all. */
const chosenBy = { id: TEXT.optional(), key: z.string().max(1_000).optional(), cause: CAUSE.optional() };

/** `all` must be said. */
export const redriveBody = z
  .strictObject({ ...chosenBy, all: z.boolean().default(false), dryRun: z.boolean().default(false) })
  .refine(({ all, dryRun: _, ...choice }) => all === (Object.keys(choice).length === 0), {
    error: 'give "all": true, or what to choose by',
  })
  .readonly();

/** Every document that is refused, or one. */
export const retryBody = z.union([
  z.strictObject({ all: z.literal(true) }).transform((): RefusalChoice => 'all'),
  z.strictObject({ view: VIEW, id: DOCUMENT_ID }).transform((one): RefusalChoice => one),
]);

export const discardBody = z.strictObject({ id: TEXT, reason: TEXT }).readonly();

/** Query parameters are texts. */
export const quarantineQuery = z
  .strictObject({ ...chosenBy, handled: z.enum(['true', 'false']).optional(), limit: z.string().optional() })
  .readonly();

export const limitQuery = z.strictObject({ limit: z.string().optional() }).readonly();

export const emptyBody = z.strictObject({}).readonly();

export function rebuildOptions(
  { from, acceptLoss, fullSpeed }: z.output<typeof startBody>,
  settings: RebuildOptions['settings'],
): RebuildOptions {
  return { from: fromOf(from), acceptLoss, fullSpeed, settings };
}

function fromOf(from: z.output<typeof startBody>['from']): RebuildFrom {
  if (typeof from === 'string') return { kind: from };
  if ('time' in from) return { kind: 'time', time: from.time };
  const positions = Object.entries(from.offsets).map(([name, next]) => {
    const place = name.lastIndexOf('/');
    return { topic: name.slice(0, place), partition: Number(name.slice(place + 1)), next };
  });
  return { kind: 'offsets', positions };
}

/** @throws AdminProblem with every problem at once. */
export function parsed<Schema extends z.ZodType>(schema: Schema, given: unknown): z.output<Schema> {
  const result = schema.safeParse(given ?? {});
  if (result.success) return result.data;
  throw new AdminProblem('invalid-body', 'See errors.', errorsOf(result.error.issues, []));
}

/** Of what may be one thing or another, the errors of the one that was meant, where that can be told. */
function errorsOf(issues: readonly z.core.$ZodIssue[], base: readonly PropertyKey[]): readonly BodyError[] {
  return issues.flatMap((issue) => {
    const path = [...base, ...issue.path];
    const meant = issue.code === 'invalid_union' ? issue.errors.filter(isOfTheKind) : [];
    const [only] = meant;
    if (only !== undefined && meant.length === 1) return errorsOf(only, path);
    const message = issue.code === 'invalid_key' ? issue.issues.map((own) => own.message).join(' ') : issue.message;
    return [{ path: path.map(String).join('.'), message }];
  });
}

/** Whether nothing is wrong but within: the fields are those of this kind. */
function isOfTheKind(issues: readonly z.core.$ZodIssue[]): boolean {
  return issues.every(({ path }) => path.length > 0);
}
