/** Stopping: what is under way is answered, nothing new is begun, and nobody waits longer than for that. */
import { Agent, get, type IncomingMessage } from 'node:http';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { HttpService } from '../../api/server.js';
import { until } from '../until.js';

let agent: Agent;
afterEach(() => agent.destroy());

/** A service whose answers are given by hand, asked over kept-alive connections. */
async function held() {
  const open: (() => void)[] = [];
  const released: string[] = [];
  const service = new HttpService(
    (_request, response) => void open.push(() => response.end('answer')),
    { host: '127.0.0.1', port: 0, requestTimeoutMs: 10_000 },
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
  return { service, ask, open, released };
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
});
