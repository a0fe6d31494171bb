/** Stands between a projector and its stores and counts its requests, by what they are. */
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import type { Addresses } from '../stack/servers.js';
import { WireMessages } from './wire-messages.js';

/** Requests by name. */
export type Counts = ReadonlyMap<string, number>;

interface Proxy {
  readonly port: number;
  readonly counts: Map<string, number>;
  close(): void;
}

/** What the driver says of its own accord. */
const HOUSEKEEPING: readonly string[] = ['hello', 'ismaster', 'isMaster', 'ping', 'endSessions', 'buildInfo', 'other'];
const MONGODB_PORT = 27017;

export class RoundTrips {
  private constructor(
    /** Where a projector is to look for the servers. */
    readonly addresses: Addresses,
    private readonly elasticsearch: Proxy,
    private readonly mongo: Proxy | null,
  ) {}

  /** MongoDB is counted when it is one server without TLS: else nothing can stand between. */
  static async open(addresses: Addresses): Promise<RoundTrips> {
    const elasticsearch = await countHttp(addresses.ELASTICSEARCH_URL);
    const url = singleServer(addresses.MONGODB_URL);
    const mongo = url === null ? null : await countWire(url.hostname, Number(url.port) || MONGODB_PORT);
    const between = {
      ...addresses,
      ELASTICSEARCH_URL: moved(new URL(addresses.ELASTICSEARCH_URL), 'http:', elasticsearch.port),
      MONGODB_URL: url === null || mongo === null ? addresses.MONGODB_URL : moved(url, 'mongodb:', mongo.port),
    };
    return new RoundTrips(between, elasticsearch, mongo);
  }

  /** So far; `null` for a store that could not be counted. */
  counts(): { readonly elasticsearch: Counts; readonly mongodb: Counts | null } {
    const mongodb = this.mongo && new Map([...this.mongo.counts].filter(([name]) => !HOUSEKEEPING.includes(name)));
    return { elasticsearch: new Map(this.elasticsearch.counts), mongodb };
  }

  close(): void {
    this.elasticsearch.close();
    this.mongo?.close();
  }
}

function singleServer(address: string): URL | null {
  if (!address.startsWith('mongodb://') || !URL.canParse(address)) return null;
  const url = new URL(address);
  const isEncrypted = ['tls', 'ssl'].some((name) => url.searchParams.get(name) === 'true');
  if (isEncrypted || url.hostname.includes(',')) return null;
  // Else the driver would go on to the addresses that the server knows itself by.
  url.searchParams.delete('replicaSet');
  url.searchParams.set('directConnection', 'true');
  if (url.pathname === '') url.pathname = '/';
  return url;
}

function moved(url: URL, protocol: string, port: number): string {
  const { username, password, pathname, search } = url;
  const credentials = username === '' ? '' : `${username}${password === '' ? '' : `:${password}`}@`;
  return `${protocol}//${credentials}127.0.0.1:${port}${pathname}${search}`;
}

async function countHttp(address: string): Promise<Proxy> {
  const { protocol, hostname, port } = new URL(address);
  const client = protocol === 'https:' ? https : http;
  const agent = new client.Agent({ keepAlive: true });
  const counts = new Map<string, number>();
  const server = http.createServer((request, response) => {
    count(counts, kindOf(request));
    const { method, url: path, headers } = request;
    const onward = client.request({ hostname, port, method, path, headers, agent }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', (error) => response.destroy(error));
    request.pipe(onward);
  });
  const listening = await listen(server);
  return {
    port: listening,
    counts,
    close() {
      server.close();
      server.closeAllConnections();
      agent.destroy();
    },
  };
}

/** `POST /index/_bulk?…` is `_bulk`; without such a segment the method says enough. */
function kindOf({ method = '', url = '' }: http.IncomingMessage): string {
  return (url.split('?')[0] ?? '').split('/').find((segment) => segment.startsWith('_')) ?? method;
}

async function countWire(host: string, port: number): Promise<Proxy> {
  const counts = new Map<string, number>();
  const sockets = new Set<net.Socket>();
  const server = net.createServer((client) => {
    const onward = net.connect(port, host);
    const messages = new WireMessages((command) => count(counts, command));
    client.on('data', (chunk: Buffer) => messages.push(chunk));
    for (const [from, to] of [
      [client, onward],
      [onward, client],
    ] as const) {
      from.pipe(to);
      sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  const listening = await listen(server);
  return {
    port: listening,
    counts,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

/** On any free port of the loopback interface. @returns the port. */
async function listen(server: net.Server): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port.');
  return address.port;
}
