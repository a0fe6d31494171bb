import { Client, errors } from '@elastic/elasticsearch';
import { MongoClient } from 'mongodb';
import { views } from '../../mappings/registry.js';
import { indexBody } from '../../mappings/views/elasticsearch-index.js';
import type { Addresses } from '../../stack/servers.js';
import type { NaiveCustomer, NaiveOrder, NaiveProduct } from './documents.js';

const REFERRING_MAX = 1000;

/** Orders and products in Elasticsearch, customers in MongoDB: one request for each document. */
export class NaiveStores {
  written = 0;

  private constructor(
    private readonly elasticsearch: Client,
    private readonly mongo: MongoClient,
    private readonly namespace: string,
  ) {}

  static async open(addresses: Addresses, namespace: string): Promise<NaiveStores> {
    const elasticsearch = new Client({ node: addresses.ELASTICSEARCH_URL });
    const mongo = await new MongoClient(addresses.MONGODB_URL).connect();
    for (const view of [views.orders, views.products]) {
      const { settings, mappings } = indexBody(view);
      const properties = { ...mappings.properties, sales: { type: 'object', enabled: false } as const };
      await elasticsearch.indices.create({ index: `${namespace}-${view.name}`, settings, mappings: { properties } });
    }
    return new NaiveStores(elasticsearch, mongo, namespace);
  }

  order(id: string): Promise<NaiveOrder | null> {
    return this.get<NaiveOrder>('orders', id);
  }

  product(id: string): Promise<NaiveProduct | null> {
    return this.get<NaiveProduct>('products', id);
  }

  async products(ids: readonly string[]): Promise<Map<string, NaiveProduct>> {
    const { docs } = await this.elasticsearch.mget<NaiveProduct>({
      index: `${this.namespace}-products`,
      ids: [...ids],
    });
    return new Map(docs.flatMap((doc) => ('_source' in doc && doc._source ? [[doc._id, doc._source]] : [])));
  }

  async customer(id: string): Promise<NaiveCustomer | null> {
    return this.customers().findOne({ _id: id });
  }

  async saveOrder(order: NaiveOrder): Promise<void> {
    await this.index('orders', order.orderId, order);
  }

  async saveProduct(product: NaiveProduct): Promise<void> {
    await this.index('products', product.productId, product);
  }

  async saveCustomer(customer: NaiveCustomer): Promise<void> {
    const { _id, ...fields } = customer;
    await this.customers().replaceOne({ _id }, fields, { upsert: true });
    this.written += 1;
  }

  async ordersWith(field: 'customer.customerId' | 'lines.productId', id: string): Promise<NaiveOrder[]> {
    const { hits } = await this.elasticsearch.search<NaiveOrder>({
      index: `${this.namespace}-orders`,
      size: REFERRING_MAX,
      query: { term: { [field]: id } },
    });
    return hits.hits.flatMap(({ _source }) => _source ?? []);
  }

  /** Even the one in a hurry knows `_bulk`. */
  async saveOrders(orders: readonly NaiveOrder[]): Promise<void> {
    if (orders.length === 0) return;
    const operations = orders.flatMap((order) => [{ index: { _id: order.orderId } }, order]);
    await this.elasticsearch.bulk({ index: `${this.namespace}-orders`, operations });
    this.written += orders.length;
  }

  private customers() {
    return this.mongo.db(this.namespace).collection<NaiveCustomer>('customers');
  }

  private async get<Document>(view: string, id: string): Promise<Document | null> {
    try {
      const { _source } = await this.elasticsearch.get<Document>({ index: `${this.namespace}-${view}`, id });
      return _source ?? null;
    } catch (error) {
      if (error instanceof errors.ResponseError && error.statusCode === 404) return null;
      throw error;
    }
  }

  private async index(view: string, id: string, document: NaiveOrder | NaiveProduct): Promise<void> {
    await this.elasticsearch.index({ index: `${this.namespace}-${view}`, id, document });
    this.written += 1;
  }
}
