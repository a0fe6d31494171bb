/**
 * The events of a snapshot, read beside all groups by the process that holds its lease: all of them up to the snapshot's
 * moment, and of later ones those alone that erase somebody. A snapshot must not show what was erased since. By the
 * clock of the events, the later ones stand among the others.
 */
import { erasureOf } from '../../mappings/aggregates/erasure.js';
import type { AggregateName } from '../../mappings/events/event.js';
import type { GenerationRecord, Snapshot } from '../../runtime/storage/records.js';
import { type DecodedDelivery, decodeBatch } from '../pipeline/decode.js';
import { Dirty } from '../pipeline/dirty.js';
import { type FoldedGeneration, foldAndPublish, foldInto } from '../pipeline/folding.js';
import type { EventLog, LogSpan, Position, PositionStore } from '../ports/events.js';
import type { RebuildRecord, RebuildStore } from '../ports/rebuilds.js';
import type { Filling } from './filling.js';

export interface ReplayPorts {
  readonly operated: FoldedGeneration & { readonly record: GenerationRecord; readonly events: EventLog };
  readonly positions: PositionStore;
  readonly rebuilds: Pick<RebuildStore, 'read'>;
}

/** Names first, so that most orders find them. */
const AGGREGATES: readonly AggregateName[] = ['customers', 'products', 'orders'];
/** Offsets of each partition that are read before the positions are noted. */
const PIECE_OFFSETS = 5_000;

type Take = (deliveries: readonly DecodedDelivery[]) => Promise<unknown>;

export class Replay implements Filling {
  constructor(private readonly ports: ReplayPorts) {}

  /** Folds a piece of what is left; true when nothing is. */
  async isDone(reached: readonly Position[]): Promise<boolean> {
    const { rebuilds, operated } = this.ports;
    const record = await operated.patience.until(() => rebuilds.read(operated.record.number));
    if (record === null) return false;
    const fold: Take = (deliveries) => foldInto(operated, deliveries, new Dirty());
    const foldUpToThen: Take = (deliveries) => fold(upTo(operated.record.snapshot, deliveries));
    for (const aggregate of AGGREGATES) {
      if (await this.take(aggregate, startsOf(reached, record), new Map(Object.entries(record.ends)), foldUpToThen))
        return false;
    }
    return !(await this.take('customers', startsOf(reached, record), null, (all) => fold(all.filter(isErasure))));
  }

  /** Of a snapshot whose documents are rendered: erases whom later events erase. May be done by several at a time. */
  async catchUp(): Promise<void> {
    const { operated, positions } = this.ports;
    const erase: Take = (deliveries) => foldAndPublish(operated, deliveries.filter(isErasure));
    let isMore = true;
    while (isMore) {
      const reached = await operated.patience.until(() => positions.read());
      isMore = await this.take('customers', startsOf(reached, null), null, erase);
    }
  }

  /** Up to these ends, or to the present ones. Returns false when nothing was left. */
  private async take(
    aggregate: AggregateName,
    starts: ReadonlyMap<string, number>,
    ends: ReadonlyMap<string, number> | null,
    take: Take,
  ): Promise<boolean> {
    const { operated, positions } = this.ports;
    const { events, patience } = operated;
    const present = await patience.until(() => events.spans(aggregate));
    const spans = present.flatMap((span) => pieceOf(span, starts, ends));
    if (spans.length === 0) return false;
    await patience.until(() =>
      events.read(aggregate, spans, async (records) => {
        const { deliveries } = decodeBatch(records);
        if (deliveries.length > 0) await take(deliveries);
      }),
    );
    await patience.until(() => positions.write(spans.map(({ to, ...place }) => ({ ...place, next: to }))));
    return true;
  }
}

/**
 * By the log's clock, what was read. By the events' own, later ones but erasures leave nothing but their ids: which of
 * two events under one id counts is decided by arrival, as everywhere else.
 */
function upTo(snapshot: Snapshot | undefined, deliveries: readonly DecodedDelivery[]): readonly DecodedDelivery[] {
  if (snapshot?.clock !== 'event') return deliveries;
  const moment = snapshot.at.getTime();
  return deliveries.map((delivery) =>
    delivery.event.time <= moment || isErasure(delivery) ? delivery : { ...delivery, idOnly: true },
  );
}

function isErasure({ event }: DecodedDelivery): boolean {
  return erasureOf(event) !== null;
}

function startsOf(reached: readonly Position[], record: RebuildRecord | null): ReadonlyMap<string, number> {
  return new Map([
    ...Object.entries(record?.from ?? {}),
    ...reached.map(({ topic, partition, next }) => [`${topic}/${partition}`, next] as const),
  ]);
}

function pieceOf(
  { topic, partition, from: low, to: high }: LogSpan,
  starts: ReadonlyMap<string, number>,
  ends: ReadonlyMap<string, number> | null,
): LogSpan[] {
  const name = `${topic}/${partition}`;
  const from = Math.max(low, starts.get(name) ?? 0);
  const to = Math.min(from + PIECE_OFFSETS, high, ends === null ? high : (ends.get(name) ?? 0));
  return from < to ? [{ topic, partition, from, to }] : [];
}
