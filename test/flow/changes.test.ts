/** Whoever follows changes ends with the documents as they are, by whatever process and whatever dies. */
import { connect, type Socket } from 'node:net';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { composeApi } from '../../api/composition/api.js';
import { apiSettings } from '../../api/composition/settings.js';
import { readSettings } from '../../runtime/settings.js';
import { changesTopic } from '../../runtime/storage/names.js';
import { EventClient } from '../api/changes/event-client.js';
import { until } from '../until.js';
import type { Answers } from './answers.js';
import { expectConvergence, expectedDocuments } from './convergence.js';
import { event, generated, placed } from './shop.js';
import { BUSINESS_TIME_ZONE, type Projector, systemFor } from './system.js';

/** Small batches make the load last long enough for the kill to fall into the middle of it. */
const SMALL_BATCHES = { BATCH_EVENTS_MAX: '50', EVENTS_UNDONE_MAX: '200', FAN_OUT_INLINE_MAX: '5' };

/** Of a quarter of a megabyte each: more than the two systems hold for a connection. */
const LARGE_ORDERS = 60;

const system = systemFor('changes');
let projector: Projector;
let answers: Answers;
let others: Answers;
const streams: EventClient[] = [];

beforeAll(async () => {
  projector = await system().startProjector(SMALL_BATCHES);
  [answers, others] = await Promise.all([system().startApi(), system().startApi()]);
});

afterAll(async () => {
  for (const stream of streams) await stream.close();
});

/** A client that keeps the documents by what it is sent, and notices what must not be. */
class Follower {
  readonly documents = new Map<string, unknown>();
  readonly problems: string[] = [];
  readonly #versions = new Map<string, number>();
  #stream: EventClient | null = null;
  #taken = 0;

  /** Where it was, or with what comes. */
  async connect(api: { readonly base: string }): Promise<void> {
    const stream = await EventClient.open(`${api.base}/v1/changes`, this.#stream?.lastEventId);
    streams.push(stream);
    this.#stream = stream;
    this.#taken = 0;
  }

  async disconnect(): Promise<void> {
    await this.#stream?.close();
    this.#take();
  }

  /** Resolves when its documents are these. */
  async reaches(events: Parameters<typeof expectedDocuments>[0], timeoutMs = 60_000): Promise<void> {
    const expected = Object.entries(expectedDocuments(events)).flatMap(([view, documents]) =>
      [...documents].map(([id, document]) => [`${view}/${id}`, document] as const),
    );
    await until(
      'the follower to have all documents as they are',
      async () => {
        this.#take();
        expect(this.documents).toEqual(new Map(expected));
        return true;
      },
      timeoutMs,
    );
    expect(this.problems).toEqual([]);
  }

  #take(): void {
    const { events } = this.#stream ?? { events: [] };
    for (const { event: name, data } of events.slice(this.#taken)) {
      const key = `${data.view}/${data.id}`;
      if (name === 'removed') this.documents.delete(key);
      else this.documents.set(key, data.document);
      if (name === 'removed') continue;
      if (data.version < (this.#versions.get(key) ?? 0)) this.problems.push(`${key} went back`);
      this.#versions.set(key, data.version);
    }
    this.#taken = events.length;
  }
}

describe('whoever follows changes', () => {
  it('has every document as it is, from the first event on, and goes on at another process', async () => {
    const { publisher } = system();
    const follower = new Follower();
    await follower.connect(answers);
    await publisher.publish(generated({ seed: 'changes', customers: 30, products: 12, orders: 120 }));
    await follower.reaches(publisher.events);
    await follower.disconnect();

    await publisher.publish(generated({ seed: 'while away', customers: 10, products: 6, orders: 40 }));
    await answers.caughtUp();
    await follower.connect(others);
    await follower.reaches(publisher.events);
    const customers = publisher.events.filter(({ topic }) => topic === 'customers');
    const [{ event: { subject } = { subject: '' } } = {}] = customers;
    await publisher.publish([event('customer.erased', subject, 1_000_000)]);
    await follower.reaches(publisher.events);
    expect(follower.documents.has(`customers/${subject}`)).toBe(false);
  }, 180_000);

  it('misses nothing when the projector is killed in the middle of a load', async () => {
    const { publisher } = system();
    const before = publisher.events.length;
    const follower = new Follower();
    await follower.connect(answers);
    // What it knows from before: all there is.
    for (const [view, documents] of Object.entries(expectedDocuments(publisher.events))) {
      for (const [id, document] of documents) follower.documents.set(`${view}/${id}`, document);
    }
    const load = generated({ seed: 'killed', customers: 40, products: 20, orders: 300 });
    await publisher.publish(load);
    for (const share of [0.3, 0.6]) {
      await until(`${share} of the events to be projected`, async () => {
        const waiting = await answers.lagEvents();
        return waiting !== null && waiting < load.length * (1 - share);
      });
      await projector.kill();
      expect(await answers.waitingEvents(), 'it must be killed while there is work to do').toBeGreaterThan(0);
      projector = await system().startProjector(SMALL_BATCHES);
    }
    await expectConvergence(answers, publisher.events);
    await follower.reaches(publisher.events);
    expect(publisher.events.length).toBeGreaterThan(before);
  }, 240_000);

  it('hears of the orders of one customer only, and when one of them goes to another', async () => {
    const { publisher } = system();
    const stream = await EventClient.open(`${others.base}/v1/changes?view=orders&customerId=c-follow&fields=status`);
    streams.push(stream);
    await publisher.publish([placed('o-f1', 'c-follow', 'p-f'), placed('o-f2', 'c-foreign', 'p-f')]);
    await stream.received(1);
    await publisher.publish([event('order.transferred', 'o-f1', 2, { customerId: 'c-foreign' })]);
    await stream.received(2);
    expect(stream.events.map(({ event: name, data }) => [name, data.id])).toEqual([
      ['change', 'o-f1'],
      ['removed', 'o-f1'],
    ]);
  });

  it('is told when what it has not seen is no longer kept', async () => {
    const { publisher, servers } = system();
    // In a process of its own, which remembers nothing.
    const api = await startApi({ CHANGES_RECENT_MAX: '0' });
    const stream = await EventClient.open(`${api.base}/v1/changes`);
    const { lastEventId } = stream;
    await stream.close();
    await publisher.publish([placed('o-gone', 'c-gone', 'p-gone')]);
    await answers.caughtUp();
    const topic = changesTopic({ namespace: servers.namespace, generation: 1 });
    const admin = servers.kafka.admin();
    await admin.connect();
    const ends = await admin.fetchTopicOffsets(topic);
    const partitions = ends.map(({ partition, high }) => ({ partition, offset: high }));
    await admin.deleteTopicRecords({ topic, partitions: partitions.filter(({ offset }) => offset !== '0') });
    await admin.disconnect();
    const response = await fetch(`${api.base}/v1/changes`, { headers: { 'Last-Event-ID': lastEventId } });
    expect(response.status).toBe(410);
    expect(await response.json()).toMatchObject({ code: 'changes-expired' });
    await api.stop();
  }, 60_000);

  it('is cut off when it takes nothing, and nobody else notices', async () => {
    const { publisher } = system();
    const api = await startApi({ CHANGES_BUFFER_BYTES_MAX: '1048576', CHANGES_HEARTBEAT_MS: '100' });
    const slow = await slowClient(api.base);
    const quick = await EventClient.open(`${api.base}/v1/changes?view=orders`);
    const lines = Array.from({ length: 800 }, (_, i) => ({
      lineId: String(i),
      productId: `p-${'x'.repeat(100)}-${i}`,
      quantity: 1,
      unitPrice: 1,
    }));
    const order = { customerId: 'c-large', currency: 'CNY', lines };
    for (let i = 0; i < LARGE_ORDERS; i += 1) {
      await publisher.publish([event('order.placed', `o-large-${i}`, 1, order)]);
      // One after the other, so that only who takes nothing falls behind.
      await quick.received(i + 1);
    }
    await slow.wakesUp();
    const sent = quick.events.length;
    await publisher.publish([placed('o-after', 'c-large', 'p-x')]);
    await quick.received(sent + 1);
    await quick.close();
    await api.stop();
  }, 180_000);

  it('loses the stream at once when the process stops, and nothing else', async () => {
    const { publisher } = system();
    const api = await startApi();
    const stream = await EventClient.open(`${api.base}/v1/changes?view=orders`);
    const begun = performance.now();
    await api.stop();
    await stream.ended;
    expect(performance.now() - begun).toBeLessThan(9_000);
    await publisher.publish([placed('o-stopped', 'c-stopped', 'p-x')]);
    const next = await EventClient.open(`${answers.base}/v1/changes?view=orders`, stream.lastEventId);
    streams.push(next);
    expect((await next.received(1))[0]?.data.id).toBe('o-stopped');
  }, 60_000);
});

/** In this process. */
async function startApi(environment: Readonly<Record<string, string>> = {}) {
  const { namespace, topics } = system().servers;
  const settings = readSettings(apiSettings, {
    KAFKA_BROKERS: inject('KAFKA_BROKERS'),
    ELASTICSEARCH_URL: inject('ELASTICSEARCH_URL'),
    MONGODB_URL: inject('MONGODB_URL'),
    NAMESPACE: namespace,
    TOPIC_CUSTOMERS: topics.customers,
    TOPIC_PRODUCTS: topics.products,
    TOPIC_ORDERS: topics.orders,
    BUSINESS_TIME_ZONE,
    API_PORT: '0',
    ...environment,
  });
  const { service } = composeApi(settings, pino({ level: 'silent' }));
  const port = await service.listen();
  return { base: `http://127.0.0.1:${port}`, stop: () => service.stop() };
}

/** Asks, and takes nothing of the answer until it wakes up: then it finds that the stream is over. */
async function slowClient(base: string): Promise<{ wakesUp(): Promise<void> }> {
  const { hostname, port } = new URL(base);
  const socket: Socket = connect({ host: hostname, port: Number(port) });
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()).on('error', () => {}));
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  socket.write('GET /v1/changes?view=orders HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
  // The headers have come, and then it sleeps.
  await new Promise<void>((resolve) => socket.once('data', () => resolve()));
  socket.pause();
  return {
    async wakesUp() {
      socket.on('data', () => {}).resume();
      await closed;
    },
  };
}
