/**
 * Brings everything dirty up to date: look-ups, then rollups with their ticket, then documents with a new one.
 * Every step may be repeated as a whole; whatever overtakes it has the higher ticket.
 */
import { dayOf } from '../../mappings/calendar.js';
import type { DerivationSettings, Loaded, View, ViewName } from '../../mappings/contract.js';
import { rollups, views } from '../../mappings/registry.js';
import type { RollupName } from '../../mappings/rollups/summaries.js';
import type {
  AggregateStore,
  Clock,
  DocumentStore,
  OutgoingDocument,
  RollupStore,
  Target,
  TargetList,
  TicketCounter,
} from '../ports.js';
import type { StateCache } from '../state/cache.js';
import { splitGroup } from '../state/derive.js';
import type { Dirty } from './dirty.js';
import { groupBy, piecesOf } from './group.js';
import { loadFor, type Rendering } from './load.js';
import { type StageTimes, timed } from './stages.js';
import { viewOf, viewsReading } from './touch.js';

export interface FlushPorts {
  readonly aggregates: AggregateStore;
  readonly rollups: RollupStore;
  readonly tickets: TicketCounter;
  readonly documents: DocumentStore;
  readonly targets: TargetList;
  readonly cache: StateCache;
  readonly clock: Clock;
  readonly settings: DerivationSettings;
  readonly stages: StageTimes;
  /** Documents that are rendered and published under one ticket. */
  readonly chunkDocumentsMax: number;
}

/** Resolves when every document that `dirty` leads to is durable: written, superseded or recorded as refused. */
export async function flush(ports: FlushPorts, dirty: Dirty): Promise<void> {
  const documents = new Map<ViewName, Set<string>>();
  const add = (view: ViewName, id: string) => {
    const ids = documents.get(view);
    if (ids === undefined) documents.set(view, new Set([id]));
    else ids.add(id);
  };
  for (const [view, ids] of dirty.documents) for (const id of ids) add(view, id);
  await timed(ports.stages, 'lookup', () => lookUp(ports, dirty, add));
  await timed(ports.stages, 'rollup', () => recompute(ports, dirty, add));
  for (const rendering of chunksOf(documents, ports.chunkDocumentsMax)) await publish(ports, rendering);
}

async function lookUp(ports: FlushPorts, dirty: Dirty, add: (view: ViewName, id: string) => void): Promise<void> {
  const byReference = groupBy(dirty.references, ([touch]) => touch.reference);
  for (const [reference, rules] of byReference) {
    const ids = new Set(rules.flatMap(([, touched]) => [...touched]));
    for (const order of await ports.aggregates.referring(reference, [...ids])) {
      for (const [touch, touched] of rules) {
        if (!order.references[reference].some((id) => touched.has(id))) continue;
        if (touch.document === 'order') add(viewOf(touch), order.orderId);
        else for (const customerId of order.references.customer) add(viewOf(touch), customerId);
      }
    }
  }
}

async function recompute(ports: FlushPorts, dirty: Dirty, add: (view: ViewName, id: string) => void): Promise<void> {
  await Promise.all(
    [...dirty.groups].map(async ([rollup, groups]) => {
      for (const piece of piecesOf([...groups], ports.chunkDocumentsMax)) await recomputeGroups(ports, rollup, piece);
      for (const group of groups) for (const view of viewsReading(rollup)) add(view, splitGroup(group).owner);
    }),
  );
}

/** A group that has no members left keeps its record and gets the ticket like any other. */
async function recomputeGroups<Name extends RollupName>(
  ports: FlushPorts,
  name: Name,
  groups: readonly string[],
): Promise<void> {
  const ticket = await ports.tickets.next();
  const members = await ports.rollups.members(name, groups);
  const summaries = groups.map((group) => ({ group, summary: rollups[name].summarize(members.get(group) ?? []) }));
  await ports.rollups.write(name, ticket, summaries);
}

/** The next stage follows whether the rollups' writes were done or superseded, always under a new ticket. */
async function publish(ports: FlushPorts, rendering: Rendering): Promise<void> {
  const { stages } = ports;
  const ticket = await timed(stages, 'ticket', () => ports.tickets.next());
  // The clock is an input like any other: read after the ticket.
  const today = dayOf(ports.clock.now(), ports.settings.businessTimeZone);
  const loaded = await timed(stages, 'load', () => loadFor(ports, rendering, today));
  const rendered = await timed(stages, 'render', async () => render(rendering, loaded, { ...ports.settings, today }));
  const targets = await timed(stages, 'targets', () => ports.targets.current());
  await timed(stages, 'publish', () =>
    Promise.all(
      [...groupBy(targets, ({ view }) => view)].map(async ([view, places]) => {
        // In the order of the list: a document must not be missing where readers will look next.
        for (const target of places) await publishTo(ports, target, ticket, rendered.get(view) ?? []);
      }),
    ),
  );
}

async function publishTo(
  ports: FlushPorts,
  target: Target,
  ticket: Awaited<ReturnType<TicketCounter['next']>>,
  documents: readonly OutgoingDocument[],
) {
  if (documents.length === 0) return;
  const published = await timed(ports.stages, `publish ${target.view}`, () =>
    ports.documents.publish(target, ticket, documents),
  );
  ports.stages.count(target.view, published);
}

function render(
  rendering: Rendering,
  loaded: Loaded,
  context: Parameters<View['render']>[2],
): Map<ViewName, OutgoingDocument[]> {
  const rendered = new Map<ViewName, OutgoingDocument[]>();
  for (const [view, ids] of rendering) {
    const documents: OutgoingDocument[] = [];
    for (const id of ids) {
      const result = view.render(id, loaded, context);
      // Never founded, never visible: there is nothing that a tombstone could hide (docs/convergence.md).
      if (result.kind === 'unfounded') continue;
      documents.push({ id, stored: result.kind === 'visible' ? view.toStored(result.document, context) : null });
    }
    rendered.set(view.name, documents);
  }
  return rendered;
}

/** Every chunk has its share of every view, so that both stores are busy all the time. */
function* chunksOf(documents: ReadonlyMap<ViewName, ReadonlySet<string>>, size: number): Generator<Rendering> {
  const all = [...documents].map(([name, ids]) => [views[name], [...ids]] as const);
  const total = all.reduce((count, [, ids]) => count + ids.length, 0);
  const chunks = Math.ceil(total / size);
  for (let chunk = 0; chunk < chunks; chunk += 1) {
    yield new Map(
      all.map(([view, ids]) => [
        view,
        ids.slice(Math.floor((ids.length * chunk) / chunks), Math.floor((ids.length * (chunk + 1)) / chunks)),
      ]),
    );
  }
}
