/** Stands in front of Elasticsearch and breaks requests as it is told to. */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { rejectItems } from './bulk-items.js';

export type ElasticsearchFault =
  /** Answers without forwarding. */
  | { readonly kind: 'answer'; readonly status: number; readonly body?: object; readonly headers?: object }
  /** Closes the connection without forwarding. */
  | { readonly kind: 'refuse' }
  /** Forwards, and never answers: the request is carried out and times out. */
  | { readonly kind: 'hang' }
  /** Forwards, waits until it is carried out, and closes the connection without an answer. */
  | { readonly kind: 'lose' }
  /** Forwards, and closes the connection in the middle of the answer. */
  | { readonly kind: 'cut' }
  /** Forwards a bulk request without these of its documents, and answers for them with the status. */
  | {
      readonly kind: 'reject items';
      readonly places: readonly number[];
      readonly status: number;
      readonly type: string;
    };

export interface ElasticsearchProxy {
  readonly url: string;
  /** The next `times` requests to `_bulk` meet the fault, after those that were asked for before. */
  inject(fault: ElasticsearchFault, times?: number): void;
  /** Requests to `_bulk` with more bytes than this are answered with 429, as by a server that has no more room. */
  roomBytes: number;
  /** Faults that requests have met. */
  readonly struck: readonly ElasticsearchFault[];
  /** Requests to `_bulk` that came, with or without fault. */
  readonly bulkRequests: () => number;
  stop(): Promise<void>;
}

/** `port`: to come back where it was. */
export async function elasticsearchProxy(target: string, port = 0): Promise<ElasticsearchProxy> {
  const faults: ElasticsearchFault[] = [];
  const struck: ElasticsearchFault[] = [];
  let bulkRequests = 0;
  const server = createServer((incoming, outgoing) => {
    const bytes = Number(incoming.headers['content-length'] ?? 0);
    const isBulk = new URL(incoming.url ?? '/', target).pathname.endsWith('/_bulk');
    if (isBulk) bulkRequests += 1;
    const fault = isBulk ? (faults.shift() ?? (bytes > proxy.roomBytes ? noRoom(bytes) : undefined)) : undefined;
    if (fault !== undefined) struck.push(fault);
    void handle(target, incoming, outgoing, fault).catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const proxy: ElasticsearchProxy = {
    roomBytes: Number.POSITIVE_INFINITY,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    inject: (fault, times = 1) => faults.push(...Array.from({ length: times }, () => fault)),
    struck,
    bulkRequests: () => bulkRequests,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
  return proxy;
}

function noRoom(bytes: number): ElasticsearchFault {
  const reason = `rejected execution of coordinating operation of ${bytes} bytes`;
  return { kind: 'answer', status: 429, body: { error: { type: 'es_rejected_execution_exception', reason } } };
}

async function handle(
  target: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  fault: ElasticsearchFault | undefined,
): Promise<void> {
  const body = await bytesOf(incoming);
  if (fault?.kind === 'refuse') return void outgoing.destroy();
  if (fault?.kind === 'answer') {
    const headers = { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch', ...fault.headers };
    return void outgoing.writeHead(fault.status, headers).end(JSON.stringify(fault.body ?? {}));
  }
  if (fault?.kind === 'reject items') {
    const { forwarded, complete } = rejectItems(body.toString(), fault);
    const answer = await forward(target, incoming, Buffer.from(forwarded));
    return reply(outgoing, { ...answer, body: Buffer.from(complete(answer.body.toString())) });
  }
  const answer = await forward(target, incoming, body);
  if (fault?.kind === 'hang') return;
  if (fault?.kind === 'lose') return void outgoing.destroy();
  if (fault?.kind === 'cut') {
    outgoing.writeHead(answer.status, { ...answer.headers, 'content-length': answer.body.length });
    outgoing.write(answer.body.subarray(0, answer.body.length / 2), () => outgoing.destroy());
    return;
  }
  reply(outgoing, answer);
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

function reply(outgoing: ServerResponse, { status, headers, body }: Answer): void {
  const { 'transfer-encoding': _, ...others } = headers;
  outgoing.writeHead(status, { ...others, 'content-length': body.length }).end(body);
}

function forward(target: string, { method, url, headers }: IncomingMessage, body: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { host, ...others } = headers;
    const sent = request(
      new URL(url ?? '/', target),
      {
        ...(method === undefined ? {} : { method }),
        headers: { ...others, 'content-length': body.length },
        agent: false,
      },
      (answer) => {
        bytesOf(answer).then(
          (bytes) => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: bytes }),
          reject,
        );
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

async function bytesOf(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
