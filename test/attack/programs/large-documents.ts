/**
 * A program: reads documents from a server that answers with far more than may be, and prints how each question ended
 * and how much was sent. Argument: whether the server tells the length beforehand.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ElasticsearchReader } from '../../../api/readers/elasticsearch/reader.js';
import { views } from '../../../mappings/registry.js';
import { accepted } from '../../api/asking.js';

const [isTold] = process.argv.slice(2);
const BYTES = 67_108_864;
const PART = Buffer.alloc(65_536, 'x');
const BYTES_MAX = 524_288;

let sent = 0;
const server = createServer((request, response) => {
  request.resume();
  response.setHeader('X-Elastic-Product', 'Elasticsearch');
  response.setHeader('Content-Type', 'application/vnd.elasticsearch+json');
  if (isTold === 'told') response.setHeader('Content-Length', BYTES);
  let left = BYTES;
  const go = () => {
    while (left > 0 && !response.destroyed) {
      left -= PART.length;
      sent += PART.length;
      if (!response.write(PART)) return void response.once('drain', go);
    }
    response.end();
  };
  go();
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const reader = new ElasticsearchReader({ url, namespace: 'large', requestTimeoutMs: 10_000 });
const set = { view: views.orders, generation: 1, revision: 1 };
const options = { signal: new AbortController().signal, bytesMax: BYTES_MAX };
const { query } = accepted('orders', '');
const asked = [0, 1, 2].flatMap(() => [
  reader.get(set, 'o-1', options),
  reader.getMany(set, ['o-1'], options),
  reader.search(set, query, options),
]);
const outcomes = (await Promise.allSettled(asked)).map((one) =>
  one.status === 'rejected' ? one.reason.constructor.name : 'answered',
);
// What nobody listens to ends the process on a later turn.
await reader.close();
server.closeAllConnections();
await new Promise((resolve) => server.close(resolve));
process.stdout.write(JSON.stringify({ outcomes, share: sent / (asked.length * BYTES) }));
