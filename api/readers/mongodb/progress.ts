/** How far aggregates are merged, out of the marks in their states. */
import { ownersOfOrder } from '../../../mappings/aggregates/orders.js';
import type { LogPlace } from '../../../mappings/aggregates/state.js';
import type { AggregateName } from '../../../mappings/events/event.js';
import { stateCollection } from '../../../runtime/storage/names.js';
import type { AggregateRecord } from '../../../runtime/storage/records.js';
import { decodeState } from '../../../runtime/storage/state-codec.js';
import type { AggregateProgress, PartitionPlace, ProgressSource } from '../../ports/waiting.js';
import type { Database } from './database.js';

export class MongoProgress implements ProgressSource {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async progress(
    generation: number,
    aggregate: AggregateName,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, AggregateProgress>> {
    const found = await this.#database.ask(() =>
      this.#database
        .collection<AggregateRecord>(stateCollection(generation, aggregate))
        .find({ _id: { $in: [...ids] } }, { projection: { state: 1 }, maxTimeMS: this.#database.maxTimeMS })
        .toArray(),
    );
    return new Map(found.map((record) => [record._id, progressOf(aggregate, record.state)]));
  }
}

function progressOf(aggregate: AggregateName, text: string): AggregateProgress {
  const state = decodeState(text);
  return {
    sequences: state.sequences,
    remembered: state.remembered.map(({ version: { sequence, eventId }, ...place }) => {
      return { sequence, eventId, place: placeOf(place) };
    }),
    forgotten: state.forgotten.map(placeOf),
    customers: aggregate === 'orders' ? ownersOfOrder(state) : [],
  };
}

function placeOf({ topic, partition, offset }: LogPlace): PartitionPlace {
  return { partition: `${topic}/${partition}`, offset };
}
