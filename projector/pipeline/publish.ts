/**
 * Brings documents up to date: ticket → load → render → write, then announce. Up to the write it may be repeated as a
 * whole, and each time takes a new ticket; whatever overtakes it has a higher one.
 */
import { dayOf } from '../../mappings/calendar.js';
import type { DerivationSettings, Loaded, Storage, View, ViewName } from '../../mappings/contract.js';
import type { Rendering } from '../../mappings/loading.js';
import { views } from '../../mappings/registry.js';
import type { Change } from '../../runtime/changes.js';
import type {
  AggregateStore,
  ChangeFeed,
  Clock,
  DocumentStore,
  OutgoingDocument,
  RollupStore,
  Target,
  TargetList,
  Ticket,
  TicketCounter,
} from '../ports.js';
import type { StateCache } from '../state/cache.js';
import { DirtyDocuments } from './dirty.js';
import { groupBy } from './group.js';
import { loadFor } from './load.js';
import type { Patience } from './patience.js';
import { type StageTimes, timed } from './stages.js';

export interface PublishPorts {
  readonly aggregates: AggregateStore;
  readonly rollups: RollupStore;
  readonly tickets: TicketCounter;
  readonly documents: DocumentStore;
  readonly changes: ChangeFeed;
  readonly targets: TargetList;
  readonly cache: StateCache;
  readonly clock: Clock;
  readonly settings: DerivationSettings;
  readonly stages: StageTimes;
}

export type StoreName = Storage['store'];

/**
 * Resolves when every document is durable and announced. Each piece is announced while the next is being written, and
 * as patiently: a document whose announcement was lost would be announced by nobody else.
 */
export async function publishAll(
  ports: PublishPorts,
  patience: Patience,
  pieces: Iterable<Rendering>,
  unfounded: Unfounded = 'left',
): Promise<void> {
  let announced = Promise.resolve();
  for (const piece of pieces) {
    const [changes] = await Promise.all([patience.until(() => publish(ports, piece, unfounded)), announced]);
    announced = patience.until(() => timed(ports.stages, 'announce', () => ports.changes.announce(changes)));
  }
  await announced;
}

/**
 * Resolves when every document is durable: written, superseded or recorded as refused. Never skipped for being equal.
 * @returns what is to be announced. What was superseded is, too: it may have been by a request of its own that came
 * twice, and then nobody else announces it.
 */
export async function publish(
  ports: PublishPorts,
  rendering: Rendering,
  unfounded: Unfounded = 'left',
): Promise<readonly Change[]> {
  const { stages } = ports;
  const ticket = await timed(stages, 'ticket', () => ports.tickets.next());
  // The clock is an input like any other: read after the ticket.
  const today = dayOf(ports.clock.now(), ports.settings.businessTimeZone);
  const loaded = await timed(stages, 'load', () => loadFor(ports, rendering, today));
  const rendered = await timed(stages, 'render', async () =>
    render(rendering, loaded, { ...ports.settings, today }, unfounded),
  );
  const targets = await timed(stages, 'targets', () => ports.targets.current());
  await timed(stages, 'publish', () =>
    Promise.all(
      [...groupBy(targets, ({ view }) => view)].map(async ([view, places]) => {
        // In the order of the list: a document must not be missing where readers will look next.
        for (const target of places) await publishTo(ports, target, ticket, rendered.get(view) ?? []);
      }),
    ),
  );
  return [...rendering.keys()].flatMap((view) => changesOf(view, ticket, loaded, rendered.get(view.name) ?? []));
}

function changesOf(view: View, ticket: Ticket, loaded: Loaded, documents: readonly OutgoingDocument[]): Change[] {
  return documents.map(({ id }) => ({ view: view.name, id, ticket, keys: view.changeKeys?.(id, loaded) ?? {} }));
}

async function publishTo(
  ports: PublishPorts,
  target: Target,
  ticket: Ticket,
  documents: readonly OutgoingDocument[],
): Promise<void> {
  if (documents.length === 0) return;
  const published = await timed(ports.stages, `publish ${target.view}`, () =>
    ports.documents.publish(target, ticket, documents),
  );
  ports.stages.count(target.view, published);
}

/** Documents that were never founded are left alone, or hidden: somebody else may have put something there. */
export type Unfounded = 'left' | 'hidden';

export function render(
  rendering: Rendering,
  loaded: Loaded,
  context: Parameters<View['render']>[2],
  unfounded: Unfounded = 'left',
): Map<ViewName, OutgoingDocument[]> {
  const rendered = new Map<ViewName, OutgoingDocument[]>();
  for (const [view, ids] of rendering) {
    const documents: OutgoingDocument[] = [];
    for (const id of ids) {
      const result = view.render(id, loaded, context);
      // Never founded, never visible: there is nothing that a tombstone could hide (docs/convergence.md).
      if (result.kind === 'unfounded' && unfounded === 'left') continue;
      documents.push({ id, stored: result.kind === 'visible' ? view.toStored(result.document, context) : null });
    }
    rendered.set(view.name, documents);
  }
  return rendered;
}

/** The documents by the store that they go to. */
export function byStore(documents: DirtyDocuments): Map<StoreName, DirtyDocuments> {
  const parts = new Map<StoreName, DirtyDocuments>();
  for (const [view, ids] of documents.byView) {
    const { store } = views[view].storage;
    const part = parts.get(store) ?? new DirtyDocuments();
    part.byView.set(view, ids);
    parts.set(store, part);
  }
  return parts;
}

/** Pieces of about `size` documents, each with its share of every view. */
export function* chunksOf(documents: DirtyDocuments, size: number): Generator<Rendering> {
  const all = [...documents.byView].map(([name, ids]) => [views[name], [...ids]] as const);
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
