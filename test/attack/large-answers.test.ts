/** An answer of Elasticsearch that is larger than is asked for, and says so: it is refused, and the process lives. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { Client, errors } from '@elastic/elasticsearch';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { ElasticsearchConnection } from '../../runtime/presence/elasticsearch-connection.js';

const BODY = JSON.stringify({ found: true, _source: { text: 'x'.repeat(1_000_000) } });
let server: Server;
let client: Client;

beforeAll(async () => {
  server = createServer((_, response) => {
    response.writeHead(200, {
      'content-type': 'application/vnd.elasticsearch+json;compatible-with=8',
      'content-length': Buffer.byteLength(BODY),
      'x-elastic-product': 'Elasticsearch',
    });
    response.end(BODY);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const node = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  client = new Client({ node, maxRetries: 0, Connection: ElasticsearchConnection });
});

afterAll(async () => {
  await client.close();
  server.close();
});

it('is refused, and nothing of it is thrown where nobody listens', async () => {
  const thrown: unknown[] = [];
  const note = (error: unknown) => void thrown.push(error);
  process.on('uncaughtException', note);
  onTestFinished(() => void process.off('uncaughtException', note));
  const ask = () => client.get({ index: 'i', id: '1' }, { maxResponseSize: 1_000 });
  for (let i = 0; i < 5; i += 1) await expect(ask()).rejects.toThrow(errors.RequestAbortedError);
  // The client destroys the body in this turn, and its error comes in one of the next.
  await setTimeout(50);
  expect(thrown).toEqual([]);
  expect(await client.get({ index: 'i', id: '1' })).toMatchObject({ found: true });
});
