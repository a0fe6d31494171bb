/** However much the documents of one step refer to, and however large they are: no more is held at a time than is stated. */
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { views } from '../../mappings/registry.js';
import { decodeBatch } from '../../projector/pipeline/decode.js';
import { Dirty, DirtyDocuments } from '../../projector/pipeline/dirty.js';
import { foldBatch } from '../../projector/pipeline/fold.js';
import { chunksOf, publishAll } from '../../projector/pipeline/publish.js';
import { StateCache } from '../../projector/pipeline/state-cache.js';
import type { DocumentStore } from '../../projector/ports/documents.js';
import type { AggregateStore } from '../../projector/ports/states.js';
import type { Ticket } from '../../projector/ports/tickets.js';
import { verify } from '../../projector/reconcile/verifying.js';
import { requestsOf } from '../../projector/stores/mongodb/guarded-write.js';
import { halvesOfList, inRoom } from '../../projector/work/room.js';
import { created, event, registered } from '../flow/shop.js';
import { operatedIn } from '../memory/operated.js';
import { liveProjection, STATE_BYTES_MAX, toRecord } from '../memory/projection.js';
import { SHOP_NOW } from '../projector/pipeline/shop-events.js';
import { expected, SETTINGS, shown } from '../projector/pipeline/shown.js';
import type { PublishedEvent } from '../recomputation-documents.js';

const LONGEST_NAME = 'x'.repeat(8_000);
const ORDERS = 24;
const PRODUCTS_EACH = 10;
/** What three orders need. */
const LIMIT = 3 * PRODUCTS_EACH * 8_500;

const orderIds = Array.from({ length: ORDERS }, (_, i) => `o-${i}`);

/** Every order of other products, with the longest names there are. */
function attack(linesEach = PRODUCTS_EACH): PublishedEvent[] {
  const productsOf = (orderId: string) => Array.from({ length: linesEach }, (_, i) => `p-${orderId}-${i}`);
  return [
    registered('c-1', LONGEST_NAME),
    ...orderIds.flatMap((orderId) => productsOf(orderId).map((productId) => created(productId, LONGEST_NAME))),
    ...orderIds.map((orderId) => {
      const lines = productsOf(orderId).map((productId, i) => ({
        lineId: `${i}`,
        productId,
        quantity: 1,
        unitPrice: 1,
      }));
      return event('order.placed', orderId, 1, { customerId: 'c-1', currency: 'CNY', lines });
    }),
  ];
}

async function shop(published: readonly PublishedEvent[], loadedCharactersMax?: number) {
  const limits = loadedCharactersMax === undefined ? {} : { loadedCharactersMax };
  const world = liveProjection({ now: SHOP_NOW, settings: SETTINGS, chunkDocumentsMax: 1_000, ...limits });
  await world.run(published, { batch: 1_000, workers: 1 });
  return world;
}

/** How many characters of states were read at most between two calls of `next`. */
function gauged(store: AggregateStore) {
  const gauge = {
    most: 0,
    held: 0,
    next() {
      gauge.held = 0;
    },
  };
  const read: AggregateStore['read'] = async (name, ids, room) => {
    const found = await store.read(name, ids, room);
    for (const { length } of found.values()) gauge.held += length;
    gauge.most = Math.max(gauge.most, gauge.held);
    return found;
  };
  const around: AggregateStore = {
    read,
    versions: (...asked) => store.versions(...asked),
    write: (...asked) => store.write(...asked),
    referring: (...asked) => store.referring(...asked),
    referringAfter: (...asked) => store.referringAfter(...asked),
  };
  return { gauge, around };
}

/** Publishes all orders anew. @returns what was held at most, and the tickets that were used. */
async function publishOrders(
  world: Awaited<ReturnType<typeof shop>>,
  loadedCharactersMax: number,
  throughStore: (store: DocumentStore) => DocumentStore = (store) => store,
) {
  const rendered = vi.spyOn(views.orders, 'toStored');
  const { gauge, around } = gauged(world.aggregates);
  const tickets = new Set<Ticket>();
  let written = 0;
  let unwritten = 0;
  const documents: DocumentStore = {
    async publish(target, ticket, outgoing) {
      tickets.add(ticket);
      const taken: DocumentStore = {
        publish: (place, own, all) => {
          function* watched() {
            for (const document of all) {
              unwritten = Math.max(unwritten, rendered.mock.calls.length - written);
              yield document;
              written += 1;
            }
          }
          return world.documents.publish(place, own, watched());
        },
      };
      return throughStore(taken).publish(target, ticket, outgoing);
    },
  };
  const next = async () => {
    gauge.next();
    return world.tickets.next();
  };
  const dirty = new DirtyDocuments();
  for (const id of orderIds) dirty.add('orders', id);
  const ports = { ...world.publishPorts(), aggregates: around, tickets: { next }, documents, loadedCharactersMax };
  await publishAll(ports, world.patience, chunksOf(dirty, 1_000));
  rendered.mockRestore();
  return { loaded: gauge.most, unwritten, written, tickets };
}

describe('documents of large states', () => {
  it('are rendered in parts, of states that are read after a ticket of their own', async () => {
    const published = attack();
    const world = await shop(published);
    const announcedBefore = world.changes.announced.length;
    const { loaded, written, tickets } = await publishOrders(world, LIMIT);
    expect(written).toBe(ORDERS);
    expect(loaded).toBeLessThanOrEqual(LIMIT);
    expect(tickets.size).toBeGreaterThanOrEqual(ORDERS / 3);
    expect(world.changes.announced.slice(announcedBefore).map(({ id }) => id)).toEqual(orderIds);
    expect(shown(world)).toEqual(expected(published));
  });

  it('are rendered in one part where there is room, with all that they need read once', async () => {
    const world = await shop(attack(1));
    const { tickets, written } = await publishOrders(world, LIMIT * 10);
    expect([tickets.size, written]).toEqual([1, ORDERS]);
  });

  it('are rendered alone, however large, when one needs more than there is room for', async () => {
    const published = attack();
    const world = await shop(published, 1_000);
    expect(shown(world)).toEqual(expected(published));
    const { tickets } = await publishOrders(world, 1_000);
    expect(tickets.size).toBe(ORDERS);
  });

  it('are rendered when their store asks for them', async () => {
    const world = await shop(attack());
    const { unwritten, loaded } = await publishOrders(world, Number.POSITIVE_INFINITY);
    expect(unwritten).toBe(1);
    // Were more loaded than there is room for, or were documents gathered first, it would show.
    expect(loaded).toBeGreaterThan(3 * LIMIT);
    const gathering = (store: DocumentStore): DocumentStore => ({
      publish: (target, ticket, documents) => store.publish(target, ticket, [...documents]),
    });
    expect((await publishOrders(world, Number.POSITIVE_INFINITY, gathering)).unwritten).toBe(ORDERS);
  });

  it('follow a product that all of them have, and fan-out goes the same way', async () => {
    const shared = [
      ...attack(),
      created('p-shared', LONGEST_NAME),
      ...orderIds.map((orderId) => {
        const lines = [{ lineId: '1', productId: 'p-shared', quantity: 1, unitPrice: 1 }];
        return event('order.amended', orderId, 2, { lines });
      }),
      event('product.updated', 'p-shared', 2, { name: 'y'.repeat(8_000) }),
    ];
    const world = liveProjection({
      now: SHOP_NOW,
      settings: SETTINGS,
      fanOutInlineMax: 5,
      loadedCharactersMax: 20_000,
    });
    await world.run(shared, { batch: 1_000, workers: 1 });
    await world.fanOut();
    expect(shown(world)).toEqual(expected(shared));
  });
});

describe('events for large states', () => {
  it('are folded in parts', async () => {
    const published = attack();
    const world = await shop(published);
    const { gauge, around } = gauged(world.aggregates);
    const write: AggregateStore['write'] = (name, writes) => {
      gauge.next();
      return world.aggregates.write(name, writes);
    };
    const renamed = published
      .filter(({ topic }) => topic === 'products')
      .map(({ event: { subject } }, i) => toRecord(event('product.updated', subject, 2, { name: 'new' }), 10_000 + i));
    const bounds = { settings: SETTINGS, stateBytesMax: STATE_BYTES_MAX, loadedCharactersMax: LIMIT };
    const fold = { ...bounds, store: { ...around, write }, cache: new StateCache(0) };
    await foldBatch(fold, decodeBatch(renamed).deliveries, new Dirty());
    // Two parts are under way at a time.
    expect(gauge.most).toBeLessThanOrEqual(2 * LIMIT);
    for (const { state } of (
      await world.aggregates.read(
        'products',
        renamed.map(({ key }) => String(key)),
      )
    ).values()) {
      expect(state.registers.get('name')?.value).toBe('new');
    }
  });
});

describe('verify', () => {
  it('looks at large documents in parts, and finds what has drifted', async () => {
    const published = attack();
    const world = await shop(published);
    world.documents.tamper({ view: 'orders', revision: 1 }, 'o-7', undefined);
    const operated = { ...operatedIn(world, published), loadedCharactersMax: LIMIT };
    const result = await verify(operated, { views: ['orders'], deep: true, repair: true, pace: 0 });
    expect(result.findings.find(({ name }) => name === 'orders')).toMatchObject({
      missing: 1,
      different: 0,
      repaired: 1,
    });
    expect(shown(world)).toEqual(expected(published));
  });
});

describe('requests to MongoDB', () => {
  it('are made one by one, of 1,000 writes or about 8 Mi characters', () => {
    let made = 0;
    function* writes(count: number, characters: number) {
      for (let i = 0; i < count; i += 1) {
        made += 1;
        yield { filter: { _id: `${i}` }, update: {}, characters };
      }
    }
    const [first] = requestsOf(writes(10_000, 3 * 1024 * 1024));
    expect([first?.length, made]).toEqual([2, 3]);
    expect([...requestsOf(writes(2_500, 10))].map(({ length }) => length)).toEqual([1_000, 1_000, 500]);
    expect([...requestsOf(writes(3, 20 * 1024 * 1024))].map(({ length }) => length)).toEqual([1, 1, 1]);
  });
});

describe('a room', () => {
  it('has everything done once, in order, and no more in it at a time than it is for but one thing alone', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(50), { minLength: 1 }), fc.integer({ min: 1, max: 120 }), async (sizes, max) => {
        const places = sizes.map((_, place) => place);
        const parts = inRoom(places, halvesOfList, max, async (part, roomOf) => {
          // Of an attempt that fails, nothing is held.
          roomOf().take(Math.min(max, 50));
          const room = roomOf();
          for (const place of part) room.take(sizes[place] ?? 0);
          return part;
        });
        const done: (readonly number[])[] = [];
        for await (const part of parts) done.push(part);
        expect(done.flat()).toEqual(places);
        const held = (part: readonly number[]) => part.reduce((sum, place) => sum + (sizes[place] ?? 0), 0);
        for (const part of done) if (part.length > 1) expect(held(part)).toBeLessThanOrEqual(max);
      }),
    );
  });
});
