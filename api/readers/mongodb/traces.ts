/** Where events have left a trace: in the states that remember them, and in the quarantine. */
import type { References } from '../../../mappings/aggregates/state.js';
import type { AggregateName } from '../../../mappings/events/event.js';
import { aggregates } from '../../../mappings/registry.js';
import { eventMark } from '../../../runtime/storage/event-mark.js';
import { positionsCollection, QUARANTINE_COLLECTION, stateCollection } from '../../../runtime/storage/names.js';
import type { PassedPosition } from '../../../runtime/storage/passed-positions.js';
import type { AggregateRecord, PositionRecord, QuarantinedEventRecord } from '../../../runtime/storage/records.js';
import { decodeState } from '../../../runtime/storage/state-codec.js';
import type { ReferringOrder, TracedState, TraceSource } from '../../ports/history.js';
import type { Database } from './database.js';

/** An id that somebody uses again and again, of aggregate after aggregate, must not read them all. */
const FOUND_MAX = 100;

export class MongoTraces implements TraceSource {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async remembering(generation: number, eventId: string): Promise<readonly TracedState[]> {
    const found = await Promise.all(
      (Object.keys(aggregates) as AggregateName[]).map(async (aggregate) => {
        const records = await this.#states(
          generation,
          aggregate,
          { events: eventMark(eventId) },
          { state: 1 },
          FOUND_MAX,
        );
        return records.map(({ _id: id, state }) => ({ aggregate, id, state: decodeState(state) }));
      }),
    );
    return found.flat().filter(({ state }) => state.remembered.some(({ version }) => version.eventId === eventId));
  }

  quarantined(eventId: string): Promise<readonly QuarantinedEventRecord[]> {
    const { maxTimeMS } = this.#database;
    const projection = { topic: 1, partition: 1, offset: 1, reason: 1, event: 1, mention: 1, handled: 1 };
    return this.#database.ask(() =>
      this.#database
        .collection<QuarantinedEventRecord>(QUARANTINE_COLLECTION)
        .find(
          { 'event.eventId': eventId, 'handled.as': { $ne: 're-driven' } },
          { projection, sort: { _id: 1 }, limit: FOUND_MAX, maxTimeMS },
        )
        .toArray(),
    );
  }

  async passed(generation: number): Promise<ReadonlyMap<string, readonly PassedPosition[]>> {
    const records = await this.#database.ask(() =>
      this.#database
        .collection<PositionRecord>(positionsCollection(generation))
        .find({}, { projection: { passed: 1 }, maxTimeMS: this.#database.maxTimeMS })
        .toArray(),
    );
    return new Map(records.map(({ _id, passed = [] }) => [_id, passed]));
  }

  async referring(
    generation: number,
    reference: keyof References,
    id: string,
    customerId: string | null,
    limit: number,
  ): Promise<readonly ReferringOrder[]> {
    const filter = {
      [`references.${reference}`]: id,
      ...(customerId === null ? {} : { $and: [{ 'references.customer': customerId }] }),
    };
    const found = await this.#states(generation, 'orders', filter, { references: 1 }, limit);
    return found.map(({ _id: orderId, references }) => ({ orderId, customers: references?.customer ?? [] }));
  }

  #states(generation: number, aggregate: AggregateName, filter: object, projection: object, limit: number) {
    const { maxTimeMS } = this.#database;
    return this.#database.ask(() =>
      this.#database
        .collection<AggregateRecord>(stateCollection(generation, aggregate))
        .find(filter, { projection, limit, maxTimeMS })
        .toArray(),
    );
  }
}
