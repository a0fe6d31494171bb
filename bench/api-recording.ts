/** What the API asks the stores for an answer, word by word, so that the same can be asked without the API. */
import http from 'node:http';
import net from 'node:net';
import type { Document } from 'mongodb';
import type { Addresses } from '../stack/servers.js';
import { documentOf, MessageReader } from '../test/fault-proxy/mongodb-messages.js';

export type StoreRequest =
  | { readonly store: 'elasticsearch'; readonly method: string; readonly path: string; readonly body: string }
  | { readonly store: 'mongodb'; readonly command: Document };

/** What the driver adds for itself. */
const DRIVERS_OWN = ['lsid', '$db', '$clusterTime', '$readPreference', 'txnNumber'];
const DOCUMENTS_COLLECTION = /^g\d+_documents_/;

export class StoreRecorder {
  private recorded: StoreRequest[] = [];
  private readonly close: (() => void)[] = [];

  /** Where an API is to look for the servers. */
  readonly addresses: Addresses;

  private constructor(addresses: Addresses, ports: { readonly elasticsearch: number; readonly mongodb: number }) {
    this.addresses = {
      ...addresses,
      ELASTICSEARCH_URL: `http://127.0.0.1:${ports.elasticsearch}`,
      MONGODB_URL: `mongodb://127.0.0.1:${ports.mongodb}/?directConnection=true`,
    };
  }

  /** For servers without TLS or credentials, which is what the bench starts. */
  static async open(addresses: Addresses): Promise<StoreRecorder> {
    let recorder: StoreRecorder | null = null;
    const record = (request: StoreRequest) => recorder?.recorded.push(request);
    const elasticsearch = httpRecorder(new URL(addresses.ELASTICSEARCH_URL), record);
    const mongodb = wireRecorder(new URL(addresses.MONGODB_URL), record);
    const [httpPort, wirePort] = [await listen(elasticsearch), await listen(mongodb.server)];
    recorder = new StoreRecorder(addresses, { elasticsearch: httpPort, mongodb: wirePort });
    recorder.close.push(() => elasticsearch.close().closeAllConnections(), mongodb.close);
    return recorder;
  }

  /** What was asked for documents since the last time. */
  take(): StoreRequest[] {
    const taken = this.recorded;
    this.recorded = [];
    return taken;
  }

  stop(): void {
    for (const close of this.close) close();
  }
}

function httpRecorder(target: URL, record: (request: StoreRequest) => void): http.Server {
  return http.createServer((request, response) => {
    const { method = 'GET', url: path = '/', headers } = request;
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      if (/\/(_search|_doc)\b/.test(path)) record({ store: 'elasticsearch', method, path, body: body.toString() });
      const { hostname, port } = target;
      const onward = http.request({ hostname, port, method, path, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      onward.on('error', (error) => response.destroy(error));
      onward.end(body);
    });
  });
}

function wireRecorder(target: URL, record: (request: StoreRequest) => void): { server: net.Server; close: () => void } {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((client) => {
    const onward = net.connect(Number(target.port), target.hostname);
    const messages = new MessageReader();
    client.on('data', (chunk: Buffer) => {
      for (const message of messages.read(chunk)) {
        const command = documentOf(message);
        if (command !== null && DOCUMENTS_COLLECTION.test(String(Object.values(command)[0]))) {
          const own = Object.entries(command).filter(([name]) => !DRIVERS_OWN.includes(name));
          record({ store: 'mongodb', command: Object.fromEntries(own) });
        }
      }
    });
    client.pipe(onward);
    onward.pipe(client);
    for (const socket of [client, onward]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
    }
  });
  return {
    server,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

async function listen(server: net.Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as net.AddressInfo).port;
}
