import { afterEach, describe, expect, it } from 'vitest';
import { encodePlace, placeSeal } from '../../../api/changes/place.js';
import type { ChangesSettings } from '../../../api/composition/changes.js';
import { EVERYBODY, type Principal } from '../../../api/ports/principal.js';
import { until } from '../../until.js';
import { SECRET } from '../asking.js';
import { customer, order, product } from '../documents.js';
import { memoryReader, serve, servedOf, type TestServer } from '../server.js';
import { memoryChanges } from './composed.js';
import { EventClient } from './event-client.js';
import { MemoryChangeLog } from './memory-log.js';
import { MemoryVersions } from './memory-versions.js';

/** What several processes of the API have in common. */
class Surroundings {
  readonly log = new MemoryChangeLog();
  readonly versions = new MemoryVersions();
  served = servedOf();
  readonly #open: { close(): Promise<void> }[] = [];
  #ticket = 0;

  async start(settings: Partial<ChangesSettings> = {}, principal: Principal = EVERYBODY): Promise<TestServer> {
    const generations = { live: async () => this.served };
    const server = await serve({
      elasticsearch: memoryReader({}),
      mongodb: memoryReader({}),
      generations,
      changes: memoryChanges({ log: this.log, versions: this.versions, generations, settings }),
      entrance: { authenticator: { challenges: [], authenticate: async () => principal } },
    });
    this.#open.push(server);
    return server;
  }

  async open(server: TestServer, query = '', lastEventId?: string): Promise<EventClient> {
    const client = await EventClient.open(`${server.url}/v1/changes${query}`, lastEventId);
    this.#open.push(client);
    return client;
  }

  /** Written and announced. `null`: it is gone. @returns the version */
  change(
    view: 'orders' | 'customers' | 'products',
    id: string,
    document: object | null,
    owners: string[] = [],
  ): number {
    this.#ticket += 1;
    this.versions.write(view, id, this.#ticket, document);
    const productId = view === 'orders' && document !== null ? ['p-1'] : [];
    this.log.announce({
      view,
      id,
      ticket: this.#ticket,
      keys: view === 'orders' ? { customerId: owners, productId } : {},
    });
    return this.#ticket;
  }

  orderOf(owner: string, id: string, total = 100): number {
    const document = order(id, {
      total,
      customer: { customerId: owner, name: null, level: null, city: null, deleted: false },
    });
    return this.change('orders', id, document, [owner]);
  }

  async close(): Promise<void> {
    for (const one of this.#open.reverse()) await one.close();
  }
}

let around = new Surroundings();
afterEach(async () => {
  await around.close();
  around = new Surroundings();
});

const idsOf = (client: EventClient) => client.events.map(({ event, data }) => `${event} ${data.id}`);

describe('GET /v1/changes', () => {
  it('tells of each change with the document as it is, and of what is gone', async () => {
    const client = await around.open(await around.start());
    const version = around.change('products', 'p-1', product('p-1', { price: 5 }));
    await client.received(1);
    around.change('products', 'p-1', null);
    expect(await client.received(2)).toEqual([
      { event: 'change', data: { view: 'products', id: 'p-1', version, document: product('p-1', { price: 5 }) } },
      { event: 'removed', data: { view: 'products', id: 'p-1' } },
    ]);
  });

  it('is not stored, compressed or held back by anything between', async () => {
    const { url } = await around.start();
    const controller = new AbortController();
    const headers = { 'Accept-Encoding': 'gzip, br' };
    const { headers: answered } = await fetch(`${url}/v1/changes`, { headers, signal: controller.signal });
    controller.abort();
    expect(answered.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(answered.get('cache-control')).toBe('no-store, no-transform');
    expect(answered.get('x-accel-buffering')).toBe('no');
    expect(answered.get('content-encoding')).toBeNull();
    expect((await fetch(`${url}/v1/changes`, { method: 'HEAD' })).status).toBe(200);
  });

  it('tells only of what was chosen, and that a document no longer is', async () => {
    const server = await around.start();
    const own = await around.open(server, '?customerId=c-1');
    const all = await around.open(server);
    around.orderOf('c-1', 'o-1');
    around.orderOf('c-2', 'o-2');
    around.change('customers', 'c-2', customer('c-2'));
    around.change('customers', 'c-1', customer('c-1'));
    await all.received(4);
    await own.received(2);
    around.change(
      'orders',
      'o-1',
      order('o-1', { customer: { customerId: 'c-2', name: null, level: null, city: null, deleted: false } }),
      ['c-1', 'c-2'],
    );
    await all.received(5);
    await own.received(3);
    expect(idsOf(own).sort()).toEqual(['change c-1', 'change o-1', 'removed o-1']);
  });

  it('does not repeat what is equal, as a subscriber is shown it, and reads once for all of them', async () => {
    const server = await around.start();
    const whole = await around.open(server, '?view=orders');
    const others = await Promise.all([1, 2, 3].map(() => around.open(server, '?view=orders&fields=status')));
    around.orderOf('c-1', 'o-1', 100);
    for (const one of [whole, ...others]) await one.received(1);
    around.orderOf('c-1', 'o-1', 100);
    around.orderOf('c-1', 'o-1', 200);
    await whole.received(2);
    around.orderOf('c-1', 'o-2', 300);
    for (const one of others) {
      await one.received(2);
      expect(one.events.map(({ data }) => data.document)).toEqual([
        { orderId: 'o-1', status: 'paid' },
        { orderId: 'o-2', status: 'paid' },
      ]);
    }
    await whole.received(3);
    expect(whole.events.map(({ data }) => data.document.total)).toEqual([100, 200, 300]);
    expect(around.versions.reads.length).toBeLessThanOrEqual(around.log.size);
  });

  it('goes on at any process after the last event, without one missing or again', async () => {
    const [here, there] = [await around.start(), await around.start({ CHANGES_RECENT_MAX: 0 })];
    const before = await around.open(here, '?view=orders');
    around.orderOf('c-1', 'o-1');
    around.orderOf('c-1', 'o-2');
    await before.received(2);
    await before.close();
    const { lastEventId } = before;
    around.orderOf('c-1', 'o-3');
    around.orderOf('c-1', 'o-4');
    around.orderOf('c-1', 'o-3', 500);
    for (const server of [here, there]) {
      for (const after of [
        await around.open(server, '?view=orders', lastEventId),
        await around.open(server, `?view=orders&lastEventId=${lastEventId}`),
      ]) {
        await after.received(2);
        expect(idsOf(after).sort()).toEqual(['change o-3', 'change o-4']);
        expect(after.events.find(({ data }) => data.id === 'o-3')?.data.document.total).toBe(500);
      }
    }
    around.orderOf('c-1', 'o-5');
    const late = await around.open(there, '?view=orders', lastEventId);
    expect((await late.received(3)).map(({ data }) => data.id).sort()).toEqual(['o-3', 'o-4', 'o-5']);
  });

  it('goes on from where nothing came, by the id that it begins with and those of its signs of life', async () => {
    const server = await around.start({ CHANGES_HEARTBEAT_MS: 20 });
    const quiet = await around.open(server, '?view=orders&customerId=c-9');
    const first = quiet.lastEventId;
    expect(first).not.toBe('');
    around.orderOf('c-1', 'o-1');
    await until('an id that is further', async () => quiet.beats > 0 && quiet.lastEventId !== first);
    expect(quiet.events).toEqual([]);
    const all = await around.open(server, '?view=orders', first);
    expect(idsOf({ ...all, events: await all.received(1) } as EventClient)).toEqual(['change o-1']);
    const none = await around.open(server, '?view=orders', quiet.lastEventId);
    around.orderOf('c-1', 'o-2');
    await none.received(1);
    expect(idsOf(none)).toEqual(['change o-2']);
  });

  it('is 410 when what follows the event is forgotten, or of other documents', async () => {
    const server = await around.start({ CHANGES_RECENT_MAX: 0 });
    const client = await around.open(server);
    const { lastEventId } = client;
    for (let i = 0; i < 5; i += 1) around.orderOf('c-1', `o-${i}`);
    // Only then does the process know that something follows the event.
    await client.received(5);
    await client.close();
    around.log.forget();
    for (const id of [
      lastEventId,
      encodePlace({ edition: '7.1.1.1', places: [0, 0] }, placeSeal(SECRET)),
      encodePlace({ edition: '1.1.1.1', places: [900, 0] }, placeSeal(SECRET)),
      encodePlace({ edition: '1.1.1.1', places: [0, 0] }, placeSeal(Buffer.from('another'))),
      'ofAnOlderVersion',
    ]) {
      const { status, body } = await server.get('/v1/changes', { headers: { 'Last-Event-ID': id } });
      expect({ status, code: body.code }).toEqual({ status: 410, code: 'changes-expired' });
    }
  });

  it('names all that is wrong with the parameters', async () => {
    const server = await around.start();
    const { status, body } = await server.get('/v1/changes?view=things&size=1', { headers: { 'Last-Event-ID': 'x' } });
    expect(status).toBe(400);
    expect(body.errors.map((error: { parameter: string }) => error.parameter).sort()).toEqual(['size', 'view']);
  });

  it('is 429 with more streams than a caller may have, until one is closed', async () => {
    const server = await around.start({ CHANGES_STREAMS_PER_CALLER_MAX: 2 });
    const first = await around.open(server);
    await around.open(server);
    const { status, headers, body } = await server.get('/v1/changes');
    expect({ status, code: body.code }).toEqual({ status: 429, code: 'too-many-streams' });
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    await first.close();
    await until('a seat to be free', async () => {
      await around.open(server);
      return true;
    });
  });

  it('is 503 while the log of changes cannot be read, and works when it can', async () => {
    around.log.isAway = true;
    const server = await around.start();
    const { status, headers, body } = await server.get('/v1/changes');
    expect({ status, code: body.code }).toEqual({ status: 503, code: 'changes-unavailable' });
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    around.log.isAway = false;
    const client = await around.open(server);
    around.orderOf('c-1', 'o-1');
    await client.received(1);
  });

  it('waits for a store that does not answer, and misses nothing', async () => {
    const client = await around.open(await around.start(), '?view=orders');
    around.versions.isAway = true;
    around.orderOf('c-1', 'o-1');
    around.orderOf('c-1', 'o-2');
    around.versions.isAway = false;
    expect((await client.received(2)).map(({ data }) => data.id).sort()).toEqual(['o-1', 'o-2']);
  });

  it('ends at once when the process stops, and its clients may go on elsewhere', async () => {
    const [stopping, other] = [await around.start(), await around.start()];
    const client = await around.open(stopping, '?view=orders');
    const begun = performance.now();
    await stopping.close();
    await client.ended;
    expect(performance.now() - begun).toBeLessThan(5_000);
    around.orderOf('c-1', 'o-1');
    const next = await around.open(other, '?view=orders', client.lastEventId);
    expect((await next.received(1))[0]?.data.id).toBe('o-1');
  });

  it('ends in its time, so that whoever may no longer read is found out', async () => {
    const server = await around.start({ CHANGES_STREAM_MS_MAX: 1, CHANGES_HEARTBEAT_MS: 20 });
    const client = await around.open(server);
    await client.ended;
    expect(client.events).toEqual([]);
  });

  it('tells everybody to begin anew when other documents are served', async () => {
    const client = await around.open(await around.start());
    around.served = servedOf(2);
    await client.ended;
    expect(client.events.map(({ event }) => event)).toEqual(['reset']);
    expect(client.lastEventId).toBe('');
  });
});

describe('who may hear of what', () => {
  const limited = (principal: Partial<Principal>): Principal => ({ ...EVERYBODY, name: 'somebody', ...principal });

  it('is 403 for a view without its scope; without a view named, those that may be read are told of', async () => {
    const server = await around.start({}, limited({ scopes: new Set(['orders:read']) }));
    expect((await server.get('/v1/changes?view=customers')).status).toBe(403);
    const client = await around.open(server);
    around.change('customers', 'c-1', customer('c-1'));
    around.orderOf('c-1', 'o-1');
    await client.received(1);
    expect(idsOf(client)).toEqual(['change o-1']);
    const nothing = await around.start({}, limited({ scopes: new Set([]) }));
    expect((await nothing.get('/v1/changes')).status).toBe(403);
  });

  it('shows personal data with its scope only', async () => {
    const scopes = new Set(['customers:read'] as const);
    const without = await around.open(await around.start({}, limited({ scopes })), '?view=customers');
    const open = await around.open(await around.start(), '?view=customers');
    around.change('customers', 'c-1', customer('c-1', { email: 'zhang@example.com', phone: '1' }));
    expect((await without.received(1))[0]?.data.document).toMatchObject({
      customerId: 'c-1',
      email: null,
      phone: null,
    });
    expect((await open.received(1))[0]?.data.document).toMatchObject({ email: 'zhang@example.com', phone: '1' });
  });

  it('is one customer for a caller that is limited to it, whatever it asks for', async () => {
    const server = await around.start({}, limited({ customerId: 'c-1' }));
    const clients = await Promise.all(
      ['', '?customerId=c-2', '?view=orders&orderId=o-2'].map((query) => around.open(server, query)),
    );
    const observer = await around.open(await around.start());
    around.orderOf('c-2', 'o-2');
    around.change('customers', 'c-2', customer('c-2'));
    around.orderOf('c-1', 'o-1');
    around.change('orders', 'o-3', null, ['c-2']);
    around.change(
      'orders',
      'o-1',
      order('o-1', { customer: { customerId: 'c-2', name: null, level: null, city: null, deleted: false } }),
      ['c-1', 'c-2'],
    );
    around.change('products', 'p-9', product('p-9'));
    await until('all to be told', async () => observer.events.some(({ data }) => data.id === 'p-9'));
    const [all, foreign, byId] = clients;
    await until('the product', async () => all?.events.some(({ data }) => data.id === 'p-9'));
    const told = all?.events.filter(({ data }) => data.view !== 'products') ?? [];
    expect(told.every(({ data }) => data.id === 'o-1')).toBe(true);
    expect(
      told.filter(({ event }) => event === 'change').every(({ data }) => data.document.customer.customerId === 'c-1'),
    ).toBe(true);
    expect(told.at(-1)?.event).toBe('removed');
    expect(foreign?.events).toEqual([]);
    expect(byId?.events).toEqual([]);
  });
});
