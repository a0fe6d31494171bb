/** What a projector has made in one namespace, as a bench looks at it: as seldom and as cheaply as it can. */
import type { Client, estypes } from '@elastic/elasticsearch';
import type { Db } from 'mongodb';
import type { ViewName } from '../mappings/contract.js';
import {
  documentsCollection,
  documentsIndex,
  jobsCollection,
  positionsCollection,
  REGISTRY_COLLECTION,
} from '../runtime/storage/names.js';
import {
  type GenerationRecord,
  HIDDEN_FIELD,
  type PositionRecord,
  type RegistryRecord,
} from '../runtime/storage/records.js';

export class Derived {
  private generation: GenerationRecord | null = null;

  constructor(
    private readonly elasticsearch: Client,
    private readonly db: Db,
    private readonly namespace: string,
  ) {}

  /** Whether the durable positions are at least these, by `topic/partition`. */
  async hasReached(ends: ReadonlyMap<string, number>): Promise<boolean> {
    const generation = await this.served();
    if (generation === null) return false;
    const positions = await this.db
      .collection<PositionRecord>(positionsCollection(generation.number))
      .find({ _id: { $in: [...ends.keys()] } })
      .toArray();
    const next = new Map(positions.map((position) => [position._id, position.next]));
    return [...ends].every(([partition, end]) => (next.get(partition) ?? 0) >= end);
  }

  /** Whether a fan-out job is waiting or under way. */
  async hasJobs(): Promise<boolean> {
    const { number } = await this.known();
    return (await this.db.collection(jobsCollection(number)).findOne({})) !== null;
  }

  /** The index of a view, in Elasticsearch. */
  async index(view: ViewName): Promise<string> {
    const { number, revisions } = await this.known();
    return documentsIndex({ namespace: this.namespace, generation: number }, view, revisions[view]);
  }

  /** The collection of a view, in MongoDB. */
  async collection(view: ViewName): Promise<string> {
    const { number, revisions } = await this.known();
    return documentsCollection(number, view, revisions[view]);
  }

  /** A visible customer document as it is stored; `null` when it is not there. */
  async customer(id: string): Promise<Readonly<Record<string, unknown>> | null> {
    const collection = this.db.collection<{ _id: string }>(await this.collection('customers'));
    return collection.findOne({ _id: id, [HIDDEN_FIELD]: false });
  }

  async countCustomers(filter: Readonly<Record<string, unknown>>): Promise<number> {
    return this.db.collection(await this.collection('customers')).countDocuments(filter);
  }

  /** One field of each document that is there, whether or not a search would find it already. */
  async fields(view: ViewName, field: string, ids: readonly string[]): Promise<Map<string, unknown>> {
    const index = await this.index(view);
    const { docs } = await this.elasticsearch.mget<Record<string, unknown>>({ index, ids: [...ids], _source: [field] });
    return new Map(
      docs.flatMap((doc): [string, unknown][] =>
        '_source' in doc && doc._source ? [[doc._id, doc._source[field]]] : [],
      ),
    );
  }

  /** Counts after a refresh, so that all that was written is counted. */
  async count(view: ViewName, query: estypes.QueryDslQueryContainer): Promise<number> {
    const index = await this.index(view);
    await this.elasticsearch.indices.refresh({ index });
    return (await this.elasticsearch.count({ index, query })).count;
  }

  private async known(): Promise<GenerationRecord> {
    const generation = await this.served();
    if (generation === null) throw new Error(`No projector has opened a generation in ${this.namespace} yet.`);
    return generation;
  }

  /** A bench starts one generation in each namespace and keeps to it. */
  private async served(): Promise<GenerationRecord | null> {
    if (this.generation !== null) return this.generation;
    const registry = await this.db.collection<RegistryRecord>(REGISTRY_COLLECTION).findOne({ _id: 'registry' });
    this.generation = registry?.generations.find(({ number }) => number === registry.live) ?? null;
    return this.generation;
  }
}
