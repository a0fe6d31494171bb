/** An API whose servers come later, or never: nobody waits longer for that than they must. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { HttpService } from '../../api/http/service.js';
import { Arrival } from '../../api/serving/arrival.js';
import { Presence } from '../../runtime/presence/presence.js';
import type { Server } from '../../runtime/presence/server.js';
import { ServerClock } from '../../runtime/server-clock.js';
import { SettingsError } from '../../runtime/settings.js';
import { until } from '../until.js';
import { GENEROUS_BOUNDS } from './server.js';

const HOUR_MS = 3_600_000;
const LONG_MS = 60_000;
const log = pino({ level: 'silent' });

const silent = () => new Promise<never>(() => {});

/** Tells its port to others than whoever runs it. */
class Listening extends HttpService {
  port: number | null = null;

  override async listen(): Promise<number> {
    this.port = await super.listen();
    return this.port;
  }
}

interface Parts {
  readonly mongodb?: () => Promise<void>;
  readonly time?: () => Promise<number | null>;
  readonly port?: number;
}

/** Kafka says nothing at all; a request is answered when it is known whether MongoDB is there. */
function arriving({ mongodb = silent, time = silent, port = 0 }: Parts) {
  const server = (name: Server['name'], probe: () => Promise<void>): Server => ({
    ...{ name, setting: `${name.toUpperCase()}_AT`, address: `${name}.example:1` },
    probe,
  });
  const presence = new Presence([server('Kafka', silent), server('MongoDB', mongodb)], log);
  const arrival = new Arrival(presence, new ServerClock(time));
  const registry = arrival.before({ read: silent });
  const seen: string[] = [];
  const released: string[] = [];
  const http = new Listening(
    (_request, response) => {
      seen.push('request');
      registry.read().catch(({ cause }) => response.end(String(cause)));
    },
    { ...GENEROUS_BOUNDS, host: '127.0.0.1', port, drainGraceMs: LONG_MS, drainTimeoutMs: LONG_MS },
    log,
    async () => void released.push('released'),
  );
  return { service: arrival.beside(http), http, arrival, seen, released };
}

/** A port that something else listens on. */
async function taken(): Promise<{ port: number; free: () => void }> {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  return { port: (other.address() as AddressInfo).port, free: () => other.close() };
}

describe('an API that arrives before its servers', () => {
  it("goes by MongoDB's time as soon as MongoDB tells, whoever else is away", async () => {
    let asked = 0;
    const { service, http, arrival } = arriving({
      time: async () => {
        asked += 1;
        if (asked === 1) throw new Error('not yet');
        return Date.now() + HOUR_MS;
      },
    });
    await service.listen();
    await until('the time to be known', async () => arrival.clock.now() > Date.now() + HOUR_MS / 2);
    await http.stop(0);
    await service.stop();
  });

  it('ends at once where no waiting helps, and who has asked is told', async () => {
    let refuse = () => {};
    const { service, http, seen, released } = arriving({
      mongodb: () =>
        new Promise((_, reject) => {
          refuse = () => reject(new SettingsError('MongoDB refuses the credentials.'));
        }),
    });
    const begun = performance.now();
    const ran = expect(service.run()).rejects.toThrow(SettingsError);
    await until('it to listen', async () => http.port !== null);
    const answer = fetch(`http://127.0.0.1:${http.port}`);
    await until('the request', async () => seen.length === 1);
    refuse();
    expect(await (await answer).text()).toContain('MongoDB refuses the credentials.');
    await ran;
    expect(performance.now() - begun).toBeLessThan(LONG_MS / 10);
    expect(released).toEqual(['released']);
  });

  it.each(['run', 'listen'] as const)('on a port that is taken, ends at once and releases once: %s', async (way) => {
    const { port, free } = await taken();
    const { service, released } = arriving({ port });
    const begun = performance.now();
    await expect(service[way]()).rejects.toThrow(/cannot listen .*EADDRINUSE.*API_PORT/);
    await service.stop();
    expect(performance.now() - begun).toBeLessThan(LONG_MS / 10);
    expect(released).toEqual(['released']);
    free();
  });
});
