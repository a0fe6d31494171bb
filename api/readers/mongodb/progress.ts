/** How far aggregates are merged, out of the marks in their states. */
import type { AggregateName } from '../../../mappings/events/event.js';
import { stateCollection } from '../../../runtime/names.js';
import type { AggregateRecord, EncodedState } from '../../../runtime/records.js';
import type { AggregateProgress, ProgressSource } from '../../ports.js';
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
        .find(
          { _id: { $in: [...ids] } },
          { projection: { state: 1, references: 1 }, maxTimeMS: this.#database.maxTimeMS },
        )
        .toArray(),
    );
    return new Map(found.map((record) => [record._id, progressOf(record)]));
  }
}

function progressOf({ state, references }: Pick<AggregateRecord, 'state' | 'references'>): AggregateProgress {
  const { versions, sequences, remembered, forgotten = [] } = JSON.parse(state) as EncodedState;
  return {
    sequences,
    remembered: remembered.flatMap(([version, topic, partition, offset]) => {
      const [sequence, , eventId] = versions[version] ?? [];
      if (sequence === undefined || eventId === undefined) return [];
      return [{ sequence, eventId, place: { partition: `${topic}/${partition}`, offset } }];
    }),
    forgotten: forgotten.map(([topic, partition, offset]) => ({ partition: `${topic}/${partition}`, offset })),
    customers: references?.customer ?? [],
  };
}
