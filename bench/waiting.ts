/** Read your writes: how long from an event to an answer that waited for it, on a system that is idle but for that. */
import { setTimeout } from 'node:timers/promises';
import type { SampleEvent } from '../sample/events.js';
import { defineBench } from './declaration.js';
import type { Derived } from './derived.js';
import type { Feed } from './feed.js';
import { type OptionValues, wholeNumber } from './options.js';
import { RunningApi, startCaughtUp } from './processes.js';
import { type Column, latencies } from './report.js';
import { numbered, SyntheticShop } from './synthetic-shop.js';
import { onWorkbench, serversNote, type Workbench } from './workbench.js';

const OPTIONS = {
  events: wholeNumber(300, 10, 'events of each row, after a tenth that is not counted'),
  orders: wholeNumber(5_000, 10, 'orders that are there before'),
  'pause-ms': wholeNumber(100, 0, 'from an answer to the next event, on average'),
};

export const waitBench = defineBench({
  name: 'wait',
  about:
    'how long an idle system takes from an event to its document, and to an answer of the API that was asked with\n' +
    'Wait-For for it: single documents, searches, rollups and fan-out; each answer is checked to have the event',
  options: OPTIONS,
  measure: (run, progress, options) => onWorkbench(run, progress, (bench) => measureWaits(bench, options)),
});

const CUSTOMERS = 200;
const PRODUCTS = 50;
const LOOK_EVERY_MS = 2;
const WAIT_TIMEOUT_MS = 5_000;

/** What happens, and where it is to be seen. */
interface Case {
  readonly name: string;
  /** The n-th event. */
  event(n: number): SampleEvent;
  /** Resolves when the event was seen. @throws when an answer that waited for it does not have it. */
  seen(n: number, event: SampleEvent): Promise<void>;
}

async function measureWaits(bench: Workbench, options: OptionValues<typeof OPTIONS>): Promise<string> {
  const feed = await bench.feed();
  const shop = new SyntheticShop('wait');
  bench.progress('shop', `publishing ${options.orders} orders`);
  await feed.publish(historyOf(shop, options.orders));
  const namespace = bench.namespace('ours');
  const { projector, derived } = await startCaughtUp(bench, feed, namespace);
  const api = await RunningApi.start(bench, { topics: feed.topics, namespace });
  const acknowledged: number[] = [];
  const rows: Column<number>[] = [['acknowledged by Kafka', acknowledged]];
  for (const one of casesOf(shop, derived, api.url)) {
    bench.progress('case', one.name);
    rows.push([one.name, await measureCase(feed, one, options, acknowledged)]);
  }
  await Promise.all([api.stop(), projector.stop()]);
  const title = "Milliseconds from handing the event to Kafka's client";
  return `${headline(options)}\n\n${latencies(title, rows, [0.5, 0.9, 0.99, 1])}`;
}

function* historyOf(shop: SyntheticShop, orders: number): Generator<SampleEvent> {
  const now = Date.now();
  for (let i = 0; i < PRODUCTS; i += 1) yield shop.create(numbered('p', i), now);
  for (let i = 0; i < CUSTOMERS; i += 1) yield shop.register(numbered('c', i), now);
  for (let i = 0; i < orders; i += 1) {
    yield shop.place(numbered('o', i), numbered('c', i % CUSTOMERS), [numbered('p', i % PRODUCTS)], now);
  }
}

function casesOf(shop: SyntheticShop, derived: Derived, url: string): Case[] {
  const customerOf = (n: number) => numbered('c', n % CUSTOMERS);
  const productOf = (n: number) => numbered('p', n % PRODUCTS);
  const place = (letter: string) => (n: number) =>
    shop.place(numbered(letter, n), customerOf(n), [productOf(n)], Date.now());
  const rename = (n: number) => {
    const data = { name: `Renamed ${n}` };
    return shop.next('customers', customerOf(n), { type: 'customer.updated', data }, Date.now());
  };
  const sees = (name: string, event: Case['event'], look: (n: number) => Promise<boolean>): Case => {
    const seen = async (n: number) => {
      while (!(await look(n))) await setTimeout(LOOK_EVERY_MS);
    };
    return { name, event, seen };
  };
  const asked = (name: string, event: Case['event'], path: Path, has: (data: unknown, n: number) => boolean): Case => {
    const seen = async (n: number, happened: SampleEvent) => {
      const data = await ask(`${url}${path(n)}`, happened);
      if (!has(data, n)) throw new Error(`${path(n)} waited for event ${happened.event.id} and does not have it.`);
    };
    return { name, event, seen };
  };
  const customer: Path = (n) => `/v1/customers/${customerOf(n)}`;
  const customersOrders: Path = (n) => `/v1/customers/${customerOf(n)}/orders`;
  const newest: Path = () => '/v1/orders?sort=-placedAt&size=100';
  const bySales: Path = () => '/v1/products?sales30dMin=1&size=100&sort=-sales30d';
  const hasOrder = (list: unknown, letter: string, n: number) =>
    asList(list).some(({ orderId }) => orderId === numbered(letter, n));
  const isRenamed = (shown: unknown, n: number) => asDocument(shown).name === `Renamed ${n}`;
  const isSold = ({ productId, sales30d }: Document, n: number) =>
    productId === productOf(n) && Number(sales30d) > Math.floor(n / PRODUCTS);
  const pay = (n: number) => shop.pay(numbered('b', n), Date.now());
  const stored = async (id: string) => (await derived.fields('orders', 'orderId', [id])).has(id);
  return [
    sees('document in Elasticsearch, straight', place('a'), (n) => stored(numbered('a', n))),
    sees('document in MongoDB, straight', rename, async (n) => isRenamed(await derived.customer(customerOf(n)), n)),
    asked(
      'order by id',
      place('b'),
      (n) => `/v1/orders/${numbered('b', n)}`,
      (data, n) => hasOrder([data], 'b', n),
    ),
    asked('customer by id', rename, customer, (data, n) => isRenamed(data, n)),
    asked('customer by id, counters', place('d'), customer, (data, n) =>
      hasOrder(asDocument(data).recentOrders, 'd', n),
    ),
    asked('orders, search', place('e'), newest, (data, n) => hasOrder(data, 'e', n)),
    asked(
      "a customer's orders, search",
      place('f'),
      (n) => `${customersOrders(n)}?size=100`,
      (data, n) => hasOrder(data, 'f', n),
    ),
    asked("a customer's orders, renamed", rename, customersOrders, (data, n) =>
      asList(data).every((order) => isRenamed(order.customer, n)),
    ),
    asked('products, search by sales', pay, bySales, (data, n) => asList(data).some((one) => isSold(one, n))),
  ];
}

/** Milliseconds until each event was seen; `acknowledged` grows by those until Kafka had it. */
async function measureCase(
  feed: Feed,
  { event, seen }: Case,
  { events, 'pause-ms': pauseMs }: OptionValues<typeof OPTIONS>,
  acknowledged: number[],
): Promise<number[]> {
  const warmUp = Math.ceil(events / 10);
  const times: number[] = [];
  for (let n = 0; n < events + warmUp; n += 1) {
    // Not in step with any timer of the system.
    await setTimeout(Math.random() * 2 * pauseMs);
    const happened = event(n);
    const begun = performance.now();
    await feed.publishOne(happened);
    const acknowledgedMs = performance.now() - begun;
    await seen(n, happened);
    if (n < warmUp) continue;
    acknowledged.push(acknowledgedMs);
    times.push(performance.now() - begun);
  }
  return times;
}

type Path = (n: number) => string;
type Document = Readonly<Record<string, unknown>>;

const asDocument = (value: unknown) => value as Document;
const asList = (value: unknown) => value as readonly Document[];

async function ask(url: string, { topic, key, event }: SampleEvent): Promise<unknown> {
  const waitFor = `${topic}/${encodeURIComponent(key)}#${encodeURIComponent(event.id)};timeout=${WAIT_TIMEOUT_MS}`;
  const response = await fetch(url, { headers: { 'Wait-For': waitFor } });
  const body = (await response.json()) as { data: unknown };
  if (!response.ok) throw new Error(`${url} was answered with ${response.status}: ${JSON.stringify(body)}`);
  return body.data;
}

function headline({ events, orders }: OptionValues<typeof OPTIONS>): string {
  return [
    `One event at a time in a shop of ${orders} orders, ${events} of each row.`,
    serversNote(),
    'straight  asked of the store by id every few milliseconds, without the API',
    'others    one request to the API with Wait-For, sent when Kafka has acknowledged the event',
  ].join('\n');
}
