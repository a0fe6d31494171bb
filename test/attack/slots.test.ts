/** Slots come back, and nobody holds them all: attacks on what the process has a limited number of, in small. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import type { DocumentReader } from '../../api/ports/documents.js';
import { order } from '../api/documents.js';
import { memoryReader, serve, type TestServer } from '../api/server.js';
import { until } from '../until.js';
import { nodes } from './nodes.js';

const [ATTACKER, HONEST, OTHER] = ['127.0.0.1', '127.0.0.2', '127.0.0.3'] as const;
/** Far more than the buffers of a connection take. */
const LARGE = Array.from({ length: 100 }, (_, i) => order(`o-${i}`, { city: 'x'.repeat(120_000) }));
const small = memoryReader({ orders: [order('o-1')] });

let server: TestServer;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await server.close();
});

function at(localAddress: string): Promise<Socket> {
  const socket = connect({ port: Number(new URL(server.url).port), host: '127.0.0.1', localAddress });
  socket.on('error', () => {});
  sockets.push(socket);
  return new Promise((resolve) => socket.once('connect', () => resolve(socket)));
}

const line = (path: string, header = 'A: b') => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${header}\r\n\r\n`;

/** `localAddress`: who asks, where access is open. */
function ask(path: string, localAddress: string, headers: Readonly<Record<string, string>> = {}) {
  return new Promise<{ status: number; body: string }>((resolve, reject) => {
    request(`${server.url}${path}`, { localAddress, headers: { ...headers, Connection: 'close' } }, (answer) => {
      text(answer).then((body) => resolve({ status: answer.statusCode ?? 0, body }), reject);
    })
      .on('error', reject)
      .end();
  });
}

async function metric(name: string): Promise<number> {
  const { body } = await ask('/metrics', OTHER);
  const row = body.split('\n').find((one) => one.startsWith(`${name} `));
  return Number(row?.slice(name.length));
}

const inFlight = () => metric('api_requests_in_flight');

/** A store that answers when told to. */
function heldStore() {
  const waiting: (() => void)[] = [];
  let isOpen = false;
  const search = async (...question: Parameters<typeof small.search>) => {
    if (!isOpen) await new Promise<void>((resolve) => waiting.push(resolve));
    return small.search(...question);
  };
  const reader = { search, get: small.get.bind(small), ping: async () => {}, suggest: async () => [] };
  const open = () => {
    isOpen = true;
    for (const answer of waiting.splice(0)) answer();
  };
  return { reader, open, asked: () => waiting.length };
}

describe('requests that are sent without waiting, on a connection that is then closed', async () => {
  it.each(await nodes())('leave no slot held on Node $major', async ({ binary }) => {
    const program = ['--import', 'tsx', 'test/attack/pipelined-then-closed.ts', '300'];
    const { stdout } = await promisify(execFile)(binary, program);
    server = await serve({ elasticsearch: small, mongodb: small });
    expect(JSON.parse(stdout)).toMatchObject({ left: 0 });
  });
});

describe('requests that are sent without waiting for answers', () => {
  it('are worked on one at a time, and all answered in order', async () => {
    const store = heldStore();
    server = await serve({ elasticsearch: store.reader, mongodb: small });
    const socket = await at(ATTACKER);
    let received = '';
    socket.on('data', (data) => {
      received += data;
    });
    socket.write(line('/v1/orders').repeat(3) + line('/v1/none'));
    await until('the first', async () => store.asked() === 1);
    expect(await inFlight()).toBe(1);
    store.open();
    await until('all answers', async () => received.match(/HTTP\/1.1 \d+/g)?.length === 4);
    expect(received.match(/HTTP\/1.1 \d+/g)).toEqual([200, 200, 200, 404].map((status) => `HTTP/1.1 ${status}`));
    await until('no slot is held', async () => (await inFlight()) === 0);
  });

  it('end a connection on which more wait than may, with the answers of those that may', async () => {
    const store = heldStore();
    server = await serve({ elasticsearch: store.reader, mongodb: small, bounds: { pipelinedMax: 4 } });
    const socket = await at(ATTACKER);
    const received = text(socket);
    socket.write(line('/v1/orders').repeat(8));
    await until('the first', async () => store.asked() === 1);
    store.open();
    const answers = await received;
    expect(answers.match(/HTTP\/1.1 200/g)?.length).toBe(5);
    expect(answers.match(/Connection: close/gi)?.length).toBe(1);
  });

  it('end a connection at once on which far more wait', async () => {
    const store = heldStore();
    server = await serve({ elasticsearch: store.reader, mongodb: small, bounds: { pipelinedMax: 4 } });
    const within = await at(ATTACKER);
    within.write(line('/v1/orders').repeat(5));
    await until('the first', async () => store.asked() === 1);
    const beyond = await at(ATTACKER);
    const closed = once(beyond.resume(), 'close');
    beyond.write(line('/v1/orders').repeat(10));
    await closed;
    await until('only the other holds a slot', async () => (await inFlight()) === 1);
    expect(within.closed).toBe(false);
    store.open();
  });

  it('are all seen by the server, though one has an expectation or names no host', async () => {
    const store = heldStore();
    server = await serve({ elasticsearch: store.reader, mongodb: small });
    const socket = await at(ATTACKER);
    let received = '';
    socket.on('data', (data) => {
      received += data;
    });
    const expecting = line('/v1/orders').replace('\r\n', '\r\nExpect: nothing\r\n');
    const nameless = 'GET /v1/orders HTTP/1.1\r\n\r\n';
    socket.write(line('/v1/orders') + expecting + nameless + line('/v1/orders'));
    await until('the first', async () => store.asked() === 1);
    socket.write(line('/v1/none'));
    store.open();
    await until('all answers', async () => received.match(/HTTP\/1.1 \d+/g)?.length === 5);
    const statuses = [200, 200, 400, 200, 404];
    expect(received.match(/HTTP\/1.1 \d+/g)).toEqual(statuses.map((status) => `HTTP/1.1 ${status}`));
    expect(received).toContain('"code":"malformed-request"');
    await until('no slot is held', async () => (await inFlight()) === 0);
  });

  it('end a connection on which several wait with more headers than one may have', async () => {
    const store = heldStore();
    server = await serve({ elasticsearch: store.reader, mongodb: small });
    const large = line('/v1/orders', `X-Filling: ${'x'.repeat(60_000)}`);
    const within = await at(ATTACKER);
    within.write(line('/v1/orders') + large.repeat(2));
    // One of the largest is no more than one may be.
    const one = await at(ATTACKER);
    one.write(line('/v1/orders') + line('/v1/orders', `X-Filling: ${'x'.repeat(125_000)}`));
    await until('the first of both', async () => store.asked() === 2);
    for (const requests of [large.repeat(3), line('/v1/orders', 'a:b\r\n'.repeat(500).trimEnd()).repeat(4)]) {
      const beyond = await at(ATTACKER);
      const closed = once(beyond.resume(), 'close');
      beyond.write(line('/v1/orders') + requests);
      await closed;
    }
    await until('only the others hold slots', async () => (await inFlight()) === 2);
    expect([within.closed, one.closed]).toEqual([false, false]);
    store.open();
  });

  it('tell the reader that the caller is gone when it goes', async () => {
    const signals: AbortSignal[] = [];
    const search: DocumentReader['search'] = (_documents, _query, options) => {
      if (options?.signal !== undefined) signals.push(options.signal);
      return new Promise<never>(() => {});
    };
    server = await serve({ elasticsearch: { ...heldStore().reader, search }, mongodb: small });
    const socket = await at(ATTACKER);
    socket.write(line('/v1/orders').repeat(10));
    await until('the question', async () => signals.length > 0);
    socket.destroy();
    await until('the end', async () => signals.every(({ aborted }) => aborted));
    expect(signals.length).toBe(1);
  });
});

describe('clients that read slowly', () => {
  it('are cut off, and others are answered meanwhile', async () => {
    const large = memoryReader({ orders: LARGE });
    // Of room for large answers there is enough.
    const limits = { REQUESTS_IN_FLIGHT_MAX: 4, CALLER_SHARE_PERCENT: 75, ANSWERS_BYTES_IN_FLIGHT_MAX: 1_073_741_824 };
    server = await serve({ elasticsearch: large, mongodb: large, limits, bounds: { answerTimeoutMs: 3_000 } });
    const slow = await Promise.all(Array.from({ length: 8 }, () => at(ATTACKER)));
    for (const socket of slow) {
      socket.pause();
      socket.write(line('/v1/orders?size=100').repeat(2));
    }
    await until('their share', async () => (await inFlight()) === 3);
    expect((await ask('/v1/orders?size=1', HONEST)).status).toBe(200);
    // Nobody reads, and still they end.
    await until('no slot is held', async () => (await inFlight()) === 0);
    expect(await metric('api_answers_cut_off_total')).toBeGreaterThanOrEqual(3);
    expect((await ask('/v1/orders?size=1', ATTACKER)).status).toBe(200);
  });

  it('are not those whose answer takes long to be made', async () => {
    const store = heldStore();
    server = await serve({ elasticsearch: store.reader, mongodb: small, bounds: { answerTimeoutMs: 100 } });
    const answer = ask('/v1/orders', HONEST);
    await until('the question', async () => store.asked() === 1);
    // Some looks at answers that are late pass meanwhile.
    await new Promise((resolve) => setTimeout(resolve, 500));
    store.open();
    expect((await answer).status).toBe(200);
  });
});

describe('one caller with many requests', () => {
  it('leaves slots to others', async () => {
    const store = heldStore();
    const limits = { REQUESTS_IN_FLIGHT_MAX: 8, CALLER_SHARE_PERCENT: 75, STORE_CONCURRENCY_MAX: 100 };
    server = await serve({ elasticsearch: store.reader, mongodb: small, limits });
    const taken = Array.from({ length: 6 }, () => ask('/v1/orders', ATTACKER));
    await until('all that it may hold', async () => store.asked() === 6);
    expect(JSON.parse((await ask('/v1/orders', ATTACKER)).body)).toMatchObject({ code: 'overloaded' });
    expect((await ask('/v1/customers?size=1', HONEST)).status).toBe(200);
    store.open();
    expect((await Promise.all(taken)).map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 200));
    expect((await ask('/v1/orders', ATTACKER)).status).toBe(200);
  });

  it('leaves waits to others', async () => {
    const limits = { REQUESTS_IN_FLIGHT_MAX: 16, CALLER_SHARE_PERCENT: 75 };
    server = await serve({ elasticsearch: small, mongodb: small, limits });
    const wait = (address: string) =>
      ask('/v1/orders', address, { 'Wait-For': 'orders/o-1@7;timeout=5000' }).then(({ body }) => JSON.parse(body).code);
    // Half of the requests may wait, and one caller has three quarters of those.
    const own = Array.from({ length: 6 }, () => wait(ATTACKER));
    await until('six waits', async () => (await inFlight()) === 6);
    expect(await wait(ATTACKER)).toBe('wait-crowded');
    expect(await wait(HONEST)).toBe('wait-timeout');
    expect(new Set(await Promise.all(own))).toEqual(new Set(['wait-timeout']));
  });

  it('leaves connections to others', async () => {
    const limits = { CONNECTIONS_MAX: 8, CALLER_SHARE_PERCENT: 75 };
    server = await serve({ elasticsearch: small, mongodb: small, limits });
    const own = await Promise.all(Array.from({ length: 6 }, () => at(ATTACKER)));
    const beyond = await at(ATTACKER);
    await once(beyond.resume(), 'close');
    expect((await ask('/v1/orders', HONEST)).status).toBe(200);
    expect(await metric('api_connections_refused_total{limit="address"}')).toBe(1);
    for (const socket of own) socket.destroy();
    await until('room again', async () => (await ask('/v1/orders', ATTACKER)).status === 200);
  });
});

describe('connections beyond the limit', () => {
  it('are closed and counted, and there is room when others go', async () => {
    server = await serve({ elasticsearch: small, mongodb: small, limits: { CONNECTIONS_MAX: 4 } });
    const own = await Promise.all(Array.from({ length: 4 }, () => at(ATTACKER)));
    await expect(ask('/health/ready', HONEST)).rejects.toThrow();
    for (const socket of own) socket.destroy();
    await until('room again', async () => (await ask('/health/ready', HONEST)).status === 200);
    expect(await metric('api_connections_refused_total{limit="all"}')).toBeGreaterThanOrEqual(1);
  });

  it.each([
    ['nothing', ''],
    ['half a request', 'GET /v1/orders HTTP/1.1\r\nHost: loc'],
  ])('do not come of those on which %s is sent', async (_, sent) => {
    server = await serve({ elasticsearch: small, mongodb: small, bounds: { requestTimeoutMs: 1_000 } });
    const socket = await at(ATTACKER);
    const answer = text(socket);
    socket.write(sent);
    // Node's own look every 30 s would not come within the time that a test has.
    const within = new Promise((_, reject) => setTimeout(() => reject(new Error('still open')), 15_000).unref());
    expect(await Promise.race([answer, within])).toMatch(/^HTTP\/1.1 408 /);
    await until('it is closed', async () => (await metric('api_connections')) === 1);
  });
});

describe('a process without room', () => {
  it('says so once that lasts, and is ready again afterwards', async () => {
    const store = heldStore();
    const limits = { REQUESTS_IN_FLIGHT_MAX: 4, SATURATION_MS: 1_000 };
    server = await serve({ elasticsearch: store.reader, mongodb: small, limits });
    const taken = Array.from({ length: 4 }, () => ask('/v1/orders', ATTACKER));
    await until('all slots', async () => store.asked() === 4);
    expect((await ask('/v1/orders', HONEST)).status).toBe(503);
    expect((await ask('/health/ready', HONEST)).status).toBe(200);
    const refused = setInterval(() => void ask('/v1/customers', HONEST).catch(() => {}), 20);
    const saturated = await until('saturation', async () => {
      const { status, body } = await ask('/health/ready', OTHER);
      return status === 503 && JSON.parse(body);
    });
    expect(saturated).toMatchObject({
      status: 'saturated',
      reasons: [expect.stringContaining('REQUESTS_IN_FLIGHT_MAX')],
    });
    expect(await metric('api_saturated')).toBe(1);
    expect((await ask('/health/live', OTHER)).status).toBe(200);
    clearInterval(refused);
    store.open();
    await Promise.all(taken);
    await until('room', async () => (await ask('/health/ready', OTHER)).status === 200);
  });
});
