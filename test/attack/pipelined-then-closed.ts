/**
 * A program: serves the API over readers in memory, sends it requests on one connection without waiting for answers,
 * closes that, and prints how many the process believes to be answering afterwards, and how many it answered before.
 * Arguments: how many requests, and their path.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { memoryReader, serve } from '../api/server.js';

const [count = '300', path = '/v1/orders'] = process.argv.slice(2);
const reader = memoryReader({});
const held = {
  asked: 0,
  search: async (...question: Parameters<typeof reader.search>) => {
    held.asked += 1;
    await setTimeout(50);
    return reader.search(...question);
  },
  get: reader.get.bind(reader),
  ping: async () => {},
  suggest: async () => [],
};
const server = await serve({ elasticsearch: held, mongodb: reader });

async function inFlight(): Promise<number> {
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  return Number(/^api_requests_in_flight (\d+)$/m.exec(metrics)?.[1]);
}

const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
socket.on('error', () => {});
await once(socket, 'connect');
socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(Number(count)));
// Where more come than may wait, the server may have cut the connection before anything was asked of the store.
while (held.asked === 0 && !socket.destroyed) await setTimeout(5);
const during = await inFlight();
socket.destroy();
let left = await inFlight();
for (let looks = 0; left > 0 && looks < 100; looks += 1) {
  await setTimeout(20);
  left = await inFlight();
}
process.stdout.write(JSON.stringify({ node: process.version, during, left, asked: held.asked }));
process.exit(0);
