/** The stores with nothing before them: for the programs that show what the same writes cost by themselves. */
import { Client } from '@elastic/elasticsearch';
import { type Db, type Document, MongoClient } from 'mongodb';
import type { View } from '../mappings/contract.js';
import { indexBody } from '../mappings/views/elasticsearch-index.js';
import { TICKET_FIELD } from '../runtime/records.js';
import type { Addresses } from '../stack/servers.js';

/** As the projector has them in flight, to each store. */
const REQUESTS_IN_FLIGHT = 2;
const DUPLICATE_KEY = 11000;
const CONFLICT = 409;

interface BulkReply {
  readonly errors: boolean;
  readonly items?: readonly { readonly index: { readonly status: number; readonly error?: unknown } }[];
}

/** A document as the collection holds it, with its ticket. */
export type Replacement = Document & { readonly _id: string };

export class BareStores {
  private constructor(
    readonly elasticsearch: Client,
    readonly db: Db,
  ) {}

  static async open(addresses: Addresses, namespace: string): Promise<BareStores> {
    const elasticsearch = new Client({ node: addresses.ELASTICSEARCH_URL, compression: false, maxRetries: 0 });
    const mongo = await new MongoClient(addresses.MONGODB_URL, { maxPoolSize: 16 }).connect();
    return new BareStores(elasticsearch, mongo.db(namespace));
  }

  /** An index or a collection, with the indexes of the view. */
  async create(view: View, place: string): Promise<void> {
    if (view.storage.store === 'elasticsearch') {
      await this.elasticsearch.indices.create({ index: place, ...indexBody(view) });
    } else {
      await this.db.collection(place).createIndexes(view.storage.indexes.map((key) => ({ key: { ...key } })));
    }
  }

  /** @throws Error when a document is neither written nor superseded. */
  async sendBulk(index: string, bulkBody: Buffer | string): Promise<void> {
    const reply = await this.elasticsearch.transport.request<BulkReply>({
      method: 'POST',
      path: `/${index}/_bulk`,
      querystring: 'filter_path=errors,items.*.status,items.*.error',
      bulkBody,
    });
    const failed = reply.errors
      ? reply.items?.find(({ index: { status } }) => status >= 300 && status !== CONFLICT)
      : undefined;
    if (failed !== undefined) throw new Error(`Elasticsearch refuses a document: ${JSON.stringify(failed)}`);
  }

  /** @throws Error when a document is neither written nor superseded. */
  async sendReplacements(collection: string, replacements: readonly Replacement[]): Promise<void> {
    const updates = replacements.map((u) => ({
      q: { _id: u._id, [TICKET_FIELD]: { $lt: u[TICKET_FIELD] } },
      u,
      upsert: true,
    }));
    const command = { update: collection, updates, ordered: false, writeConcern: { w: 'majority' } };
    const reply = await this.db.command(command);
    const errors = (reply.writeErrors ?? []) as readonly { code: number; errmsg: string }[];
    const failed = errors.find(({ code }) => code !== DUPLICATE_KEY);
    if (failed !== undefined) throw new Error(`MongoDB refuses a document: ${failed.errmsg}`);
  }
}

/** Sends all requests to one store. */
export async function sendAll<Request>(
  requests: Iterable<Request>,
  send: (request: Request) => Promise<void>,
): Promise<void> {
  const waiting = requests[Symbol.iterator]();
  const lanes = Array.from({ length: REQUESTS_IN_FLIGHT }, async () => {
    for (let next = waiting.next(); next.done !== true; next = waiting.next()) await send(next.value);
  });
  await Promise.all(lanes);
}
