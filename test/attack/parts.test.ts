/** The parts of the attack that could be wrong without anybody noticing. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recompute } from '../recomputation.js';
import { leftOf, readGauges } from './gauges.js';
import { hugeShop, MANY, orderWithManyReturns } from './huge-shop.js';
import { readSiegeOptions } from './options.js';
import { atPace } from './pace.js';
import type { Front } from './repertoire/attack.js';
import { ask, endingOf, exchange } from './repertoire/raw.js';
import { campaign, REPERTOIRE } from './repertoire/repertoire.js';
import { firstDifference } from './truth.js';

describe('the pace', () => {
  it('counts an attack for the requests that it makes', async () => {
    const perSecond = 1_000;
    let made = 0;
    const results = await atPace(perSecond, 0.2, (i) => {
      made += 50;
      return { requests: 50, over: Promise.resolve(i) };
    });
    expect(made).toBe(results.length * 50);
    // The last one may go beyond what is due by itself.
    expect(made).toBeLessThanOrEqual(0.2 * perSecond + 50);
    expect(results).toEqual(results.map((_, i) => i));
  });

  it('does not wait for what is not over', async () => {
    let begun = 0;
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const pace = atPace(200, 0.1, () => {
      begun += 1;
      if (begun === 5) release();
      return { requests: 1, over: released };
    });
    await pace;
    expect(begun).toBeGreaterThanOrEqual(5);
  });
});

describe('the campaign', () => {
  it('makes every attack as often as it says before it begins again, in an order that the seed decides', () => {
    const oneRound = REPERTOIRE.reduce((sum, { times, requests }) => sum + times * requests, 0);
    const plan = (seed: string) => [...campaign(seed, oneRound)].map(({ name }) => name);
    for (const { name, times } of REPERTOIRE) {
      expect(plan('a').filter((one) => one === name)).toHaveLength(times);
    }
    expect(plan('a')).toEqual(plan('a'));
    expect(plan('a')).not.toEqual(plan('b'));
  });

  it('makes no more requests than it may: what makes more than are left is passed over', () => {
    for (const requestsMax of [0, 1, 45, 299, 1_000]) {
      const made = [...campaign('a', requestsMax)].reduce((sum, { requests }) => sum + requests, 0);
      expect(made).toBe(requestsMax);
    }
  });

  it('has names that tell its attacks apart', () => {
    expect(new Set(REPERTOIRE.map(({ name }) => name)).size).toBe(REPERTOIRE.length);
  });
});

describe('an exchange', () => {
  const server = createServer((request, response) => {
    if (request.url === '/gone') return void request.socket.destroy();
    response.writeHead(request.url === '/well' ? 200 : 429, { 'content-type': 'application/problem+json' });
    response.end(JSON.stringify({ status: 429, code: 'rate-limited', from: request.socket.remoteAddress }));
  });
  let front: Front;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    front = { host: '127.0.0.1', port: (server.address() as AddressInfo).port, from: '127.0.0.1', credential: '' };
  });
  afterAll(() => {
    server.close();
  });

  it('ends with the status, and the code of a problem', async () => {
    expect(await ask(front, '/well')).toBe('200');
    expect(await ask(front, '/ill')).toBe('429 rate-limited');
  });

  it('ends with what happened to the connection where there is no answer', async () => {
    expect(await ask(front, '/gone')).toMatch(/closed without an answer|ECONNRESET/);
    expect(await ask({ ...front, port: 9 }, '/')).toBe('ECONNREFUSED');
  });

  it('sends what is no HTTP as it is', async () => {
    expect(await exchange(front, 'no HTTP\r\n\r\n')).toBe('400');
  });

  it('takes nothing for an answer that is none', () => {
    expect(endingOf('')).toBeNull();
    expect(endingOf('SSH-2.0 200')).toBeNull();
  });
});

describe('what the API holds', () => {
  const METRICS = `api_memory_bytes 104857600
api_event_loop_delay_seconds 0.012
api_requests_in_flight 3
api_store_active{store="elasticsearch"} 2
api_store_active{store="mongodb"} 0
api_store_queued{store="elasticsearch"} 1
api_store_queued{store="mongodb"} 0
api_store_circuit{store="elasticsearch"} 2
api_store_circuit{store="mongodb"} 0
`;

  it('is read from its metrics', async () => {
    const gauges = await readGauges(async () => ({ status: 200, body: METRICS }));
    expect(gauges).toEqual({ memoryMb: 100, loopDelayMs: 12, inFlight: 3, inStores: 3, openCircuits: 1 });
    expect(leftOf(gauges)).toHaveLength(3);
    expect(leftOf({ ...gauges, inFlight: 0, inStores: 0, openCircuits: 0 })).toEqual([]);
  });

  it('is not taken for nothing when a metric is gone or the API refuses', async () => {
    await expect(readGauges(async () => ({ status: 200, body: 'up 1\n' }))).rejects.toThrow('api_memory_bytes');
    await expect(readGauges(async () => ({ status: 403, body: '' }))).rejects.toThrow('403');
  });
});

describe('the huge shop', () => {
  it('is within the contract, and the same whenever its number is asked for', () => {
    expect(orderWithManyReturns(7)).toEqual(orderWithManyReturns(7));
    const events = [...hugeShop(Date.now()), ...orderWithManyReturns(0)];
    const { orders, customers } = recompute(events, { now: Date.now() });
    expect(orders.get('o-returned-0')?.returnedCount).toBe(45 * 1_000);
    expect(orders.get(MANY.orderId)?.lines[0]?.name).toHaveLength(8_000);
    expect(customers.get(MANY.customerId)?.orderCount).toBe(4);
  });
});

describe('the comparison of documents', () => {
  const events = orderWithManyReturns(0);
  const right = recompute(events, { now: Date.now() }).orders.get('o-returned-0');

  it('finds nothing where the answer is what the events make of it, even the second time', async () => {
    let asked = 0;
    const get = async () => {
      asked += 1;
      if (asked === 1) throw new Error('socket hang up');
      return { status: 200, body: JSON.stringify({ data: right }) };
    };
    expect(await firstDifference(get, events)).toBeNull();
  });

  it('names a document that differs, is not there, or is not answered', async () => {
    const body = JSON.stringify({ data: { ...right, total: 0 } });
    expect(await firstDifference(async () => ({ status: 200, body }), events)).toContain('/v1/orders/o-returned-0');
    expect(await firstDifference(async () => ({ status: 404, body: '{}' }), events)).toContain('answered with 404');
    expect(await firstDifference(() => Promise.reject(new Error('gone')), events)).toContain('was not answered');
  });
});

describe('the options', () => {
  it('are five minutes with a fifth of hostile requests by default', () => {
    expect(readSiegeOptions(['--seed', 's'])).toEqual({
      seconds: 300,
      hostileShare: 0.2,
      rate: 40,
      orders: 2_000,
      seed: 's',
    });
  });

  it.each([['--minutes=0'], ['--hostile=1'], ['--rate='], ['--rate=x'], ['--surprise=1']])('refuse %s', (option) => {
    expect(() => readSiegeOptions([option])).toThrow(TypeError);
  });
});
