/** The projector's health over HTTP, while it ends. */
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { AdminServer, type Condition } from '../../../projector/admin-api/server.js';
import { createLog } from '../../../runtime/log.js';
import { freePorts } from '../../../stack/ports.js';
import { until } from '../../until.js';

let agent: Agent;
const RUNNING: Condition = { metrics: () => null, starting: () => null, hindrance: () => null };

const OPEN = { token: null, log: createLog('test', 'silent') };
const BOUNDS = { requestTimeoutMs: 10_000, answerTimeoutMs: 10_000, connectionsMax: 100 };

let port: number;
let answerLast: (() => void) | null;
let server: AdminServer;

beforeEach(async () => {
  agent = new Agent({ keepAlive: true });
  [port = 0] = await freePorts(1);
  answerLast = null;
  server = new AdminServer({ ...BOUNDS, host: '127.0.0.1', port }, RUNNING, OPEN, (_request, response) => {
    answerLast = () => response.json({ done: true });
  });
  await server.run();
});
afterEach(() => agent.destroy());

function ask(path: string) {
  return new Promise<{ status: number; body: unknown; connection: string | undefined }>((resolve, reject) => {
    get({ port, host: '127.0.0.1', agent, path }, async (response) => {
      const { statusCode: status = 0, headers } = response;
      resolve({ status, body: JSON.parse(await text(response)), connection: headers.connection });
    }).on('error', reject);
  });
}

it('is not ready from the moment at which a stop is announced, and resets nobody', async () => {
  expect(await ask('/health/ready')).toEqual({ status: 200, body: { status: 'ready' }, connection: 'keep-alive' });
  const operation = ask('/admin/v1/status');
  await until('the request', async () => answerLast !== null);
  server.announceStop();
  expect(await ask('/health/ready')).toEqual({ status: 503, body: { status: 'stopping' }, connection: 'close' });
  const stopped = server.stop();
  answerLast?.();
  expect(await operation).toEqual({ status: 200, body: { done: true }, connection: 'close' });
  await stopped;
  await expect(ask('/health/live')).rejects.toThrow('ECONNREFUSED');
});

it('says so when its port is taken', async () => {
  const other = new AdminServer({ ...BOUNDS, host: '127.0.0.1', port }, RUNNING, OPEN, () => {});
  await expect(other.run()).rejects.toThrow('EADDRINUSE');
  await server.stop();
});

it('lets no client hold a connection for as long as it likes', async () => {
  await server.stop();
  const bounded = new AdminServer(
    { ...BOUNDS, host: '127.0.0.1', port, requestTimeoutMs: 1_000 },
    RUNNING,
    OPEN,
    () => {},
  );
  await bounded.run();
  const silent = connect(port, '127.0.0.1');
  expect(await text(silent)).toMatch(/^HTTP\/1.1 408 /);
  // A body that nobody reads does not keep the connection.
  const sending = connect(port, '127.0.0.1');
  sending.write('GET /health/live HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n');
  expect(await text(sending)).toMatch(/^HTTP\/1.1 200 /);
  await bounded.stop();
});

it('is found alive by whoever asks, though others hold all the connections that there may be', async () => {
  await server.stop();
  const bounded = new AdminServer({ ...BOUNDS, host: '127.0.0.1', port, connectionsMax: 5 }, RUNNING, OPEN, () => {});
  await bounded.run();
  const held = Array.from({ length: 5 }, () => connect(port, '127.0.0.1').on('error', () => {}));
  await Promise.all(held.map((socket) => once(socket, 'connect')));
  // One that has begun to ask is as idle as a silent one.
  held[1]?.write('GET /health/live HTTP/1.1\r\n');
  expect(await ask('/health/live')).toMatchObject({ status: 200 });
  await until('the oldest is closed', async () => held[0]?.destroyed === true);
  expect(held.slice(1).every(({ destroyed }) => !destroyed)).toBe(true);
  // More at once than there may be: the last of them stay.
  const more = Array.from({ length: 20 }, () => connect(port, '127.0.0.1').on('error', () => {}));
  await until('all others are closed', async () => [...held, ...more].filter((one) => !one.destroyed).length <= 5);
  for (const one of more) one.resume();
  expect(await ask('/health/live')).toMatchObject({ status: 200 });
  for (const socket of [...held, ...more]) socket.destroy();
  await bounded.stop();
});

it('closes no connection on which it is answering, and then refuses new ones', async () => {
  await server.stop();
  const bounded = new AdminServer(
    { ...BOUNDS, host: '127.0.0.1', port, connectionsMax: 1 },
    RUNNING,
    OPEN,
    (_request, response) => {
      answerLast = () => response.json({ done: true });
    },
  );
  await bounded.run();
  const operation = ask('/admin/v1/status');
  await until('the request', async () => answerLast !== null);
  const second = connect(port, '127.0.0.1').on('error', () => {});
  await once(second.resume(), 'close');
  answerLast?.();
  expect(await operation).toMatchObject({ status: 200, body: { done: true } });
  await until('room', async () => (await ask('/health/live')).status === 200);
  await bounded.stop();
});
