/** Stopping: what is under way is answered, nothing new is begun, and nobody waits longer than for that. */
import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { HttpService } from '../../api/http/service.js';
import { until } from '../until.js';
import { GENEROUS_BOUNDS } from './server.js';

let agent: Agent;
afterEach(() => agent.destroy());

/** A service whose answers are given by hand, asked over kept-alive connections. */
async function held({
  answer = 'answer',
  ...drain
}: {
  readonly answer?: string;
  readonly drainGraceMs?: number;
  readonly drainTimeoutMs?: number;
} = {}) {
  const open: (() => void)[] = [];
  const released: string[] = [];
  const service = new HttpService(
    (_request, response) => void open.push(() => response.end(answer)),
    { ...{ host: '127.0.0.1', port: 0, drainGraceMs: 0, drainTimeoutMs: 10_000 }, ...GENEROUS_BOUNDS, ...drain },
    pino({ level: 'silent' }),
    async () => void released.push('released'),
  );
  const port = await service.listen();
  agent = new Agent({ keepAlive: true });
  const ask = () =>
    new Promise<{ body: string; connection: string | undefined }>((resolve, reject) => {
      get({ port, host: '127.0.0.1', agent }, async (response: IncomingMessage) => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk as Buffer);
        resolve({ body: Buffer.concat(chunks).toString(), connection: response.headers.connection });
      }).on('error', reject);
    });
  return { service, port, ask, open, released };
}

describe('a stop', () => {
  it('waits for answers under way, then releases what they needed', async () => {
    const { service, ask, open, released } = await held();
    const answers = [ask(), ask()];
    await until('two requests', async () => open.length === 2);
    const stopped = service.stop();
    await expect(ask()).rejects.toThrow('ECONNREFUSED');
    expect(released).toEqual([]);
    for (const answer of open) answer();
    expect((await Promise.all(answers)).map(({ body }) => body)).toEqual(['answer', 'answer']);
    const begun = performance.now();
    await stopped;
    // Not the time for which idle connections are kept.
    expect(performance.now() - begun).toBeLessThan(2_000);
    expect(released).toEqual(['released']);
  });

  it('does not wait for idle connections', async () => {
    const { service, ask, open } = await held();
    const answer = ask();
    await until('the request', async () => open.length === 1);
    open[0]?.();
    expect((await answer).connection).toBe('keep-alive');
    const begun = performance.now();
    await service.stop();
    expect(performance.now() - begun).toBeLessThan(2_000);
  });

  it('happens once, however often it is asked for, and ends the run', async () => {
    const { service, released } = await held();
    await Promise.all([service.stop(), service.stop()]);
    expect(released).toEqual(['released']);
  });

  it('answers what is asked on open connections meanwhile, and ends each with its answer', async () => {
    const { service, ask, open } = await held({ drainGraceMs: 1_000 });
    // Eight connections are kept alive: four are idle, and on four something is asked.
    const first = Array.from({ length: 8 }, () => ask());
    await until('eight requests', async () => open.length === 8);
    for (const answer of open.splice(0)) answer();
    for (const { connection } of await Promise.all(first)) expect(connection).toBe('keep-alive');
    const underWay = Array.from({ length: 4 }, () => ask());
    await until('four requests', async () => open.length === 4);
    const stopped = service.stop();
    const asked = Array.from({ length: 4 }, () => ask());
    await until('eight requests', async () => open.length === 8);
    for (const answer of open) answer();
    const answers = await Promise.all([...underWay, ...asked]);
    expect(answers).toEqual(Array.from({ length: 8 }, () => ({ body: 'answer', connection: 'close' })));
    await stopped;
    await expect(ask()).rejects.toThrow('ECONNREFUSED');
  });

  it('resets none of those who ask all the time', async () => {
    const { service, ask, open } = await held({ drainGraceMs: 300 });
    const answering = setInterval(() => {
      for (const answer of open.splice(0)) answer();
    }, 1);
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, async (_, i) => {
        if (i === 0) setTimeout(() => void service.stop(), 100);
        try {
          for (;;) if ((await ask()).connection === 'close') return 'ended in order';
        } catch (error) {
          return error;
        }
      }),
    );
    clearInterval(answering);
    expect(outcomes).toEqual(Array.from({ length: 8 }, () => 'ended in order'));
    await service.stop();
  });

  it('closes connections on which nothing was ever asked', async () => {
    const { service, port } = await held();
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    const ended = once(socket, 'close');
    socket.resume();
    await service.stop();
    expect(await ended).toEqual([false]);
  });

  it('lets a client read to the end what it has begun to read', async () => {
    const size = 16_000_000;
    const { service, port, open } = await held({ answer: 'x'.repeat(size) });
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await until('the request', async () => open.length === 1);
    open[0]?.();
    await once(socket, 'readable');
    const stopped = service.stop();
    let received = 0;
    for await (const chunk of socket) received += chunk.length;
    expect(received).toBeGreaterThan(size);
    await stopped;
  });

  it('cuts off what is not answered in time', async () => {
    const { service, ask, open, released } = await held({ drainTimeoutMs: 200 });
    const answer = ask();
    await until('the request', async () => open.length === 1);
    const cut = expect(answer).rejects.toThrow();
    await service.stop();
    await cut;
    expect(released).toEqual(['released']);
  });
});
