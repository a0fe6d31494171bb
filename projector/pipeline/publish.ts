/**
 * Brings documents up to date: ticket → load → render → write, then announce. Up to the write it may be repeated as a
 * whole, and each time takes a new ticket; whatever overtakes it has a higher one.
 */
import { dayOf } from '../../mappings/calendar.js';
import type { DerivationSettings, Loaded, Storage, View } from '../../mappings/contract.js';
import type { Rendering } from '../../mappings/loading.js';
import { views } from '../../mappings/registry.js';
import { groupBy } from '../../runtime/collections.js';
import type { Change } from '../../runtime/storage/changes.js';
import type { ChangeFeed } from '../ports/changes.js';
import type { Clock } from '../ports/clock.js';
import type { DocumentStore, OutgoingDocument, Target, TargetList } from '../ports/documents.js';
import { type Room, Unavailable } from '../ports/errors.js';
import type { RollupStore } from '../ports/rollups.js';
import type { AggregateStore } from '../ports/states.js';
import type { Ticket, TicketCounter } from '../ports/tickets.js';
import type { Patience } from '../work/retry-policy.js';
import { halvesOfList, inRoom } from '../work/room.js';
import { DirtyDocuments } from './dirty.js';
import { loadFor } from './load.js';
import { type StageTimes, timed, timedEach } from './stages.js';
import type { StateCache } from './state-cache.js';

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
  /** Of the states and sums that are loaded under one ticket, as they are stored; one document has what it takes. */
  readonly loadedCharactersMax: number;
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
  const published = publishEach(ports, patience, pieces, unfounded);
  for (let announced = Promise.resolve(); ; ) {
    const [part] = await Promise.all([published.next(), announced]);
    if (part.done === true) return;
    const changes = part.value;
    announced = patience.until(() => timed(ports.stages, 'announce', () => ports.changes.announce(changes)));
  }
}

/** Piece by piece, in parts where a piece needs more than is loaded at a time. @returns what is to be announced. */
export async function* publishEach(
  ports: PublishPorts,
  patience: Patience,
  pieces: Iterable<Rendering>,
  unfounded: Unfounded = 'left',
): AsyncGenerator<readonly Change[], undefined> {
  for (const piece of pieces) {
    yield* inRoom(piece, halvesOf, ports.loadedCharactersMax, (part, room) =>
      patience.until((signal) => publish(ports, part, room(), unfounded, signal)),
    );
  }
}

/**
 * Resolves when every document is durable: written, superseded or recorded as refused. Never skipped for being equal.
 * @returns what is to be announced. What was superseded is, too: it may have been by a request of its own that came
 * twice, and then nobody else announces it.
 * @throws NoRoom when nothing was written: it is to be done in parts, each with a ticket of its own.
 */
async function publish(
  ports: PublishPorts,
  rendering: Rendering,
  room: Room,
  unfounded: Unfounded,
  signal: AbortSignal | undefined,
): Promise<readonly Change[]> {
  const { stages } = ports;
  const ticket = await timed(stages, 'ticket', () => ports.tickets.next());
  // The clock is an input like any other: read after the ticket.
  const today = dayOf(ports.clock.now(), ports.settings.businessTimeZone);
  const loaded = await timed(stages, 'load', () => loadFor(ports, rendering, today, room));
  const targets = await timed(stages, 'targets', () => ports.targets.current());
  const places = groupBy(targets, ({ view }) => view);
  const context = { ...ports.settings, today };
  const outcomes = await timed(stages, 'publish', () =>
    // What one view's store refuses is waited for by all: an attempt goes on behind no other one.
    Promise.allSettled(
      [...rendering].map(async ([view, ids]) => {
        const written = new Set<string>();
        // In the order of the list: a document must not be missing where readers will look next.
        for (const target of places.get(view.name) ?? []) {
          const rendered = render(view, ids, loaded, context, unfounded);
          await publishTo(ports, target, ticket, noting(timedEach(stages, 'render', rendered), written), signal);
        }
        return changesOf(view, ticket, loaded, written);
      }),
    ),
  );
  const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  // What is no passing failure counts before one that is.
  if (failures.length > 0) throw failures.find((failure) => !(failure instanceof Unavailable)) ?? failures[0];
  return outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value : []));
}

function changesOf(view: View, ticket: Ticket, loaded: Loaded, ids: Iterable<string>): Change[] {
  return [...ids].map((id) => ({ view: view.name, id, ticket, keys: view.changeKeys?.(id, loaded) ?? {} }));
}

async function publishTo(
  ports: PublishPorts,
  target: Target,
  ticket: Ticket,
  documents: Iterable<OutgoingDocument>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const published = await timed(ports.stages, `publish ${target.view}`, () =>
    ports.documents.publish(target, ticket, documents, signal),
  );
  ports.stages.count(target.view, published);
}

/** `ids`: gets those of the documents as they are asked for. */
function* noting(documents: Iterable<OutgoingDocument>, ids: Set<string>): Generator<OutgoingDocument> {
  for (const document of documents) {
    ids.add(document.id);
    yield document;
  }
}

/** Documents that were never founded are left alone, or hidden: somebody else may have put something there. */
export type Unfounded = 'left' | 'hidden';

/** Each when it is asked for: 1,000 documents may be gigabytes. */
export function* render(
  view: View,
  ids: readonly string[],
  loaded: Loaded,
  context: Parameters<View['render']>[2],
  unfounded: Unfounded = 'left',
): Generator<OutgoingDocument> {
  for (const id of ids) {
    const result = view.render(id, loaded, context);
    // Never founded, never visible: there is nothing that a tombstone could hide (docs/convergence.md).
    if (result.kind === 'unfounded' && unfounded === 'left') continue;
    yield { id, stored: result.kind === 'visible' ? view.toStored(result.document, context) : null };
  }
}

/** Half of the documents of every view; of one alone there are no halves. */
function halvesOf(rendering: Rendering): readonly [Rendering, Rendering] | null {
  const halves = halvesOfList([...rendering].flatMap(([view, ids]) => ids.map((id) => ({ view, id }))));
  return halves === null ? null : [renderingOf(halves[0]), renderingOf(halves[1])];
}

function renderingOf(documents: readonly { readonly view: View; readonly id: string }[]): Rendering {
  return new Map([...groupBy(documents, ({ view }) => view)].map(([view, own]) => [view, own.map(({ id }) => id)]));
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
