/** Whatever answers at the address of the key set costs little time and memory, on every Node. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { nodes } from './nodes.js';
import { runOn } from './run-on.js';

const PIECE = Buffer.alloc(65_536, ' ');
const BOMB = gzipSync(Buffer.alloc(64 * 1_048_576, ' '));
const key = { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' };
const setOf = (count: number) => JSON.stringify({ keys: Array.from({ length: count }, () => key) });
let sentBytes = 0;

function endlessly(response: ServerResponse): void {
  while (!response.destroyed) {
    sentBytes += PIECE.byteLength;
    if (!response.write(PIECE)) break;
  }
  if (!response.destroyed) response.once('drain', () => endlessly(response));
}

function every(ms: number, response: ServerResponse, act: () => void): void {
  const timer = setInterval(act, ms);
  response.once('close', () => clearInterval(timer));
}

/** What each path does to whoever asks, and what comes of it. */
const TOO_MUCH = 'The key set has more than 1048576 bytes.';
const TOO_LATE = 'The key set did not come within 700 ms.';
const attacks: Readonly<Record<string, readonly [outcome: string | RegExp, (response: ServerResponse) => void]>> = {
  '/fine': ['1 keys', (response) => response.end(setOf(1))],
  '/endless': [TOO_MUCH, endlessly],
  '/announced': [TOO_MUCH, (response) => response.writeHead(200, { 'Content-Length': 1e10 }).write(PIECE)],
  '/bomb': [/encoded \(gzip\)/, (response) => response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(BOMB)],
  '/drop-by-drop': [TOO_LATE, (response) => every(20, response, () => response.write(' '))],
  '/silent': [TOO_LATE, () => {}],
  '/half': [TOO_LATE, (response) => response.write('{"keys":[')],
  '/informed': [TOO_LATE, (response) => every(5, response, () => response.writeProcessing())],
  '/cut': [/aborted|socket hang up/, (response) => response.write('{"keys":[', () => response.destroy())],
  '/hung-up': [/socket hang up|ECONNRESET/, (response) => response.destroy()],
  '/elsewhere': [
    "The key set's address answered 302.",
    (response) => response.writeHead(302, { Location: '/fine' }).end(),
  ],
  '/headers': [
    /Header overflow/i,
    (response) => {
      response.socket?.write('HTTP/1.1 200 OK\r\n');
      every(1, response, () => response.socket?.write(`X-More: ${'x'.repeat(4_000)}\r\n`));
    },
  ],
  '/many-keys': [/too_big/, (response) => response.end(setOf(101))],
  '/no-json': [/JSON/, (response) => response.end('<html>')],
};

const server = createServer((request, response) => {
  const [, attack] = attacks[request.url ?? ''] ?? [];
  attack?.(response);
});
let baseUrl = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

it.each(await nodes())('ends in time, with little read and no more kept, on Node $major', async ({ binary }) => {
  sentBytes = 0;
  const found = await runOn(binary, 'key-sets.ts', baseUrl, ...Object.keys(attacks));
  const { outcomes, growthBytes } = found as { outcomes: Record<string, string>; growthBytes: number };
  for (const [path, [outcome]] of Object.entries(attacks)) {
    if (typeof outcome === 'string') expect(outcomes[path], path).toBe(outcome);
    else expect(outcomes[path], path).toMatch(outcome);
  }
  // What the sockets of both sides hold is sent before anybody can say that it is enough.
  expect(sentBytes).toBeLessThan(32 * 1_048_576);
  expect(growthBytes).toBeLessThan(96 * 1_048_576);
});
