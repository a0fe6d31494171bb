/** The same client for both sides: HTTP over kept-alive connections, JSON parsed; MongoDB through its driver. */
import http from 'node:http';
import { type Db, MongoClient } from 'mongodb';
import { databaseOf } from '../runtime/storage/names.js';
import type { Addresses } from '../stack/servers.js';
import type { StoreRequest } from './api-recording.js';

export interface Reply {
  readonly status: number;
  readonly body: unknown;
}

export class Clients {
  private readonly agent = new http.Agent({ keepAlive: true });
  private readonly mongo: MongoClient;
  private readonly db: Db;
  private readonly elasticsearch: URL;

  constructor(addresses: Addresses, namespace: string) {
    this.mongo = new MongoClient(addresses.MONGODB_URL);
    this.db = this.mongo.db(databaseOf(namespace));
    this.elasticsearch = new URL(addresses.ELASTICSEARCH_URL);
  }

  get(url: string): Promise<Reply> {
    return this.send(new URL(url), 'GET', '');
  }

  /** The same requests as the API's, side by side. @throws when a store does not answer them. */
  async straight(requests: readonly StoreRequest[]): Promise<void> {
    await Promise.all(requests.map((request) => this.ask(request)));
  }

  async close(): Promise<void> {
    this.agent.destroy();
    await this.mongo.close();
  }

  private async ask(request: StoreRequest): Promise<void> {
    if (request.store === 'mongodb') {
      await this.db.command(request.command);
      return;
    }
    const { status } = await this.send(new URL(request.path, this.elasticsearch), request.method, request.body);
    if (status !== 200) throw new Error(`Elasticsearch answered ${request.method} ${request.path} with ${status}.`);
  }

  private send(url: URL, method: string, body: string): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const headers =
        body === '' ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
      const { hostname, port, pathname, search } = url;
      const options = { hostname, port, path: pathname + search, method, headers, agent: this.agent };
      const request = http.request(options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          resolve({ status: response.statusCode ?? 0, body: text === '' ? null : JSON.parse(text) });
        });
      });
      request.on('error', reject);
      request.end(body);
    });
  }
}
