/** What may be sent to the admin API. Unknown fields are refused. */
import { z } from 'zod';
import type { ViewName } from '../../mappings/contract.js';
import type { AggregateName } from '../../mappings/events/event.js';
import { reasons } from '../../mappings/events/reasons.js';
import { views } from '../../mappings/registry.js';
import { SNAPSHOT_CLOCKS } from '../../runtime/records.js';
import type { RebuildFrom, RebuildOptions } from '../operations/rebuilding.js';
import type { RefreshChoice } from '../operations/refreshing.js';
import type { RefusalChoice } from '../operations/refusals.js';
import { AdminProblem } from './problems.js';

const OFFSETS = z.record(
  z.string().regex(/^.+\/\d{1,9}$/, { error: 'must be topic/partition' }),
  z.int().nonnegative(),
);

export const startBody = z
  .strictObject({
    from: z
      .union([
        z.enum(['beginning', 'states']),
        z.strictObject({ time: z.iso.datetime({ offset: true }) }),
        z.strictObject({ offsets: OFFSETS }),
      ])
      .default('beginning'),
    acceptLoss: z.boolean().default(false),
    fullSpeed: z.boolean().default(false),
    dryRun: z.boolean().default(false),
  })
  .readonly();

export const snapshotBody = z
  .strictObject({
    name: z.string().min(1),
    at: z.iso.datetime({ offset: true }).transform((text) => new Date(text)),
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

const ID = z.string().min(1);
const REPLAY = { replay: z.boolean().default(false) };

/** Exactly one of them. */
export const refreshBody = z.union([
  z.strictObject({ order: ID, ...REPLAY }).transform(({ order: id, replay }) => one('orders', id, replay)),
  z.strictObject({ customer: ID, ...REPLAY }).transform(({ customer: id, replay }) => one('customers', id, replay)),
  z.strictObject({ product: ID, ...REPLAY }).transform(({ product: id, replay }) => one('products', id, replay)),
  z.strictObject({ since: z.iso.datetime({ offset: true }), ...REPLAY }).transform(({ since, replay }) => {
    const choice: RefreshChoice = { kind: 'since', time: Date.parse(since) };
    return { choice, replay };
  }),
]);

function one(aggregate: AggregateName, id: string, replay: boolean) {
  const choice: RefreshChoice = { kind: 'one', aggregate, id };
  return { choice, replay };
}

const CAUSE = z.enum(Object.keys(reasons) as [string, ...string[]]);

/** What to choose quarantined records by; without anything, all. */
const chosenBy = { id: ID.optional(), key: z.string().optional(), cause: CAUSE.optional() };

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
  z.strictObject({ view: VIEW, id: ID }).transform((one): RefusalChoice => one),
]);

export const discardBody = z.strictObject({ id: ID, reason: ID }).readonly();

/** Query parameters are texts. */
export const quarantineQuery = z
  .strictObject({ ...chosenBy, handled: z.enum(['true', 'false']).optional(), limit: z.string().optional() })
  .readonly();

export const emptyBody = z.strictObject({}).readonly();

export function rebuildOptions(
  { from, acceptLoss, fullSpeed }: z.output<typeof startBody>,
  settings: RebuildOptions['settings'],
): RebuildOptions {
  return { from: fromOf(from), acceptLoss, fullSpeed, settings };
}

function fromOf(from: z.output<typeof startBody>['from']): RebuildFrom {
  if (typeof from === 'string') return { kind: from };
  if ('time' in from) return { kind: 'time', time: new Date(from.time) };
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
  const errors = result.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
  throw new AdminProblem('invalid-body', 'See errors.', errors);
}
