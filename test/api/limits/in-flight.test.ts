import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../../until.js';
import { customer, order } from '../documents.js';
import { memoryReader, serve, type TestServer } from '../server.js';

const reader = memoryReader({ orders: [order('o-1')], customers: [customer('c-1')] });
let server: TestServer;
afterEach(() => server.close());

/** A store that answers when told to. */
class HeldStore {
  asked = 0;
  #release: () => void = () => {};
  readonly #released = new Promise<void>((resolve) => {
    this.#release = resolve;
  });

  readonly reader = {
    search: async (...question: Parameters<typeof reader.search>) => {
      this.asked += 1;
      await this.#released;
      return reader.search(...question);
    },
    get: reader.get.bind(reader),
    ping: async () => {},
    suggest: async () => [],
  };

  release(): void {
    this.#release();
  }
}

describe('more requests than are answered at a time', () => {
  it('get a fast 503 before any store is asked, and those under way are answered', async () => {
    const store = new HeldStore();
    server = await serve({ elasticsearch: store.reader, mongodb: reader, limits: { REQUESTS_IN_FLIGHT_MAX: 3 } });
    const held = Array.from({ length: 3 }, () => server.get('/v1/orders'));
    await until('three questions', async () => store.asked === 3);
    for (const path of ['/v1/orders', '/v1/customers/c-1', '/v1/meta']) {
      const { status, headers, body } = await server.get(path);
      expect([status, headers.get('retry-after'), body.code]).toEqual([503, '1', 'overloaded']);
    }
    expect(store.asked).toBe(3);
    expect((await server.get('/health/ready')).status).toBe(200);
    expect(await (await fetch(`${server.url}/metrics`)).text()).toContain('api_requests_in_flight 3');
    store.release();
    expect((await Promise.all(held)).map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await server.get('/v1/orders')).status).toBe(200);
  });

  it('find room again when others have gone away without their answer', async () => {
    const store = new HeldStore();
    server = await serve({ elasticsearch: store.reader, mongodb: reader, limits: { REQUESTS_IN_FLIGHT_MAX: 1 } });
    const caller = new AbortController();
    const held = server.get('/v1/orders', { signal: caller.signal });
    await until('the question', async () => store.asked === 1);
    caller.abort();
    await expect(held).rejects.toThrow('aborted');
    await until('room', async () => (await server.get('/v1/customers/c-1')).status === 200);
    store.release();
    await until('the count', async () =>
      (await (await fetch(`${server.url}/metrics`)).text()).includes('{route="/v1/orders",status="gone"} 1'),
    );
  });
});
