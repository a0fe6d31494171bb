/** `projector refresh`: renders anew what depends on a few aggregates, or on all that events came for since a time. */
import type { ViewName } from '../../mappings/contract.js';
import type { AggregateName } from '../../mappings/events/event.js';
import { aggregates } from '../../mappings/registry.js';
import { Refused } from '../generations/refused.js';
import { decodeBatch } from '../pipeline/decode.js';
import { foldAndPublish } from '../pipeline/folding.js';
import type { SourceRecord } from '../ports/events.js';
import type { OperatedGeneration } from '../reconcile/operated.js';
import { refreshAggregates } from '../reconcile/refresh.js';
import { replaceStates } from '../reconcile/states.js';
import { assertNoneRefused } from './refusals.js';

export type RefreshChoice =
  | { readonly kind: 'one'; readonly aggregate: AggregateName; readonly id: string }
  /** Every aggregate of which an event was appended to Kafka at this time (ms since 1970) or later. */
  | { readonly kind: 'since'; readonly time: number };

export interface RefreshResult {
  readonly generation: number;
  readonly aggregates: number;
  /** States that were not as the events make them; `null`: the events were not read again. */
  readonly statesChanged: number | null;
  /** Documents, by view. Beside them there may be fan-out jobs, see `projector jobs`. */
  readonly rendered: Partial<Record<ViewName, number>>;
}

/**
 * @throws Refused when no event of the aggregate was projected, or the time is to come: there is nothing to render;
 * DocumentsRefused
 */
export async function refresh(
  operated: OperatedGeneration,
  choice: RefreshChoice,
  { replay }: { readonly replay: boolean },
): Promise<RefreshResult> {
  const rendered: Partial<Record<ViewName, number>> = {};
  let count = 0;
  let statesChanged = 0;
  for (const [aggregate, ids] of await chosenBy(operated, choice)) {
    count += ids.length;
    if (replay) statesChanged += await replayed(operated, aggregate, ids);
    if (choice.kind === 'one') await assertKnown(operated, choice, replay);
    for (const [view, documents] of await refreshAggregates(operated, aggregate, ids)) {
      rendered[view] = (rendered[view] ?? 0) + documents;
    }
  }
  await assertNoneRefused(operated);
  return {
    generation: operated.record.number,
    aggregates: count,
    statesChanged: replay ? statesChanged : null,
    rendered,
  };
}

async function assertKnown(
  { aggregates: states, patience }: OperatedGeneration,
  { aggregate, id }: Extract<RefreshChoice, { kind: 'one' }>,
  replayed: boolean,
): Promise<void> {
  if ((await patience.until(() => states.versions(aggregate, [id]))).has(id)) return;
  throw new Refused(
    `No event of ${aggregate}/${id} was projected${replayed ? ', and none is in Kafka' : ''}. Nothing has changed.`,
  );
}

async function chosenBy(
  { events, clock }: OperatedGeneration,
  choice: RefreshChoice,
): Promise<[AggregateName, readonly string[]][]> {
  if (choice.kind === 'one') return [[choice.aggregate, [choice.id]]];
  if (choice.time > clock.now()) throw new Refused(`${new Date(choice.time).toISOString()} is in the future.`);
  const chosen: [AggregateName, readonly string[]][] = [];
  for (const aggregate of Object.keys(aggregates) as AggregateName[]) {
    const ids = new Set<string>();
    await events.read(aggregate, await events.spansSince(aggregate, choice.time), async (records) => {
      for (const { event } of decodeBatch(records).deliveries) ids.add(event.subject);
    });
    chosen.push([aggregate, [...ids]]);
  }
  return chosen;
}

/**
 * All their events, from the beginning of the topic. When those are whole, the states become what the events make of
 * them; when some are no longer in Kafka, what is left is merged once more.
 */
async function replayed(
  operated: OperatedGeneration,
  aggregate: AggregateName,
  ids: readonly string[],
): Promise<number> {
  const spans = await operated.events.spans(aggregate);
  if (spans.every(({ from }) => from === 0)) return replaceStates(operated, aggregate, ids);
  const before = await operated.aggregates.versions(aggregate, ids);
  const wanted = new Set(ids);
  await operated.events.read(aggregate, spans, async (records: readonly SourceRecord[]) => {
    const own = records.filter(({ key }) => key !== null && wanted.has(Buffer.from(key).toString('utf8')));
    if (own.length > 0) await foldAndPublish(operated, decodeBatch(own).deliveries);
  });
  const after = await operated.aggregates.versions(aggregate, ids);
  return ids.filter((id) => before.get(id) !== after.get(id)).length;
}
