/** Read your writes: how long from an event to an answer that waited for it, on a system that is idle but for that. */
import type { SampleEvent } from '../sample/events.js';
import { RunningApi } from './api-process.js';
import { defineBench } from './declaration.js';
import type { Derived } from './derived.js';
import { Feed } from './feed.js';
import { percentile, table } from './figures.js';
import { type OptionValues, wholeNumber } from './options.js';
import { projectorEnvironment, RunningProjector } from './running-projector.js';
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

interface Measured {
  readonly name: string;
  /** Milliseconds from handing the event to Kafka's client. */
  readonly acknowledged: readonly number[];
  readonly seen: readonly number[];
}

async function measureWaits(bench: Workbench, options: OptionValues<typeof OPTIONS>): Promise<string> {
  const { run, ground, progress, main } = bench;
  const feed = await Feed.open(ground.kafka, bench.prefix);
  try {
    const shop = new SyntheticShop('wait');
    progress('shop', `publishing ${options.orders} orders`);
    await feed.publish(historyOf(shop, options.orders));
    const namespace = bench.namespace('ours');
    const environment = projectorEnvironment(ground.addresses, feed.topics, namespace);
    const projector = await RunningProjector.start(run, { main, nodeOptions: [] }, environment);
    const { ends } = await feed.history();
    const derived = ground.derived(namespace);
    await projector.until(50, () => derived.hasReached(ends));
    const api = await RunningApi.start(bench, ground.addresses, { topics: feed.topics, namespace });
    const measured: Measured[] = [];
    for (const one of casesOf(shop, derived, api.url)) {
      progress('case', one.name);
      measured.push(await measureCase(feed, one, options));
    }
    await Promise.all([api.stop(), projector.stop()]);
    return `${headline(options)}\n\n${report(measured)}`;
  } finally {
    await feed.close();
  }
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
  const asked = (
    name: string,
    event: Case['event'],
    path: (n: number) => string,
    has: (body: Body, n: number) => boolean,
  ): Case => ({
    name,
    event,
    seen: async (n, happened) => {
      const body = await ask(`${url}${path(n)}`, happened);
      if (!has(body, n)) throw new Error(`${path(n)} waited for event ${happened.event.id} and does not have it.`);
    },
  });
  const listed = ({ data }: Body, orderId: string) => asList(data).some((order) => order.orderId === orderId);
  return [
    {
      name: 'document in Elasticsearch, straight',
      event: place('a'),
      seen: (n) =>
        untilSeen(async () => (await derived.fields('orders', 'orderId', [numbered('a', n)])).has(numbered('a', n))),
    },
    {
      name: 'document in MongoDB, straight',
      event: rename,
      seen: (n) => untilSeen(async () => (await derived.customer(customerOf(n)))?.name === `Renamed ${n}`),
    },
    asked(
      'order by id',
      place('b'),
      (n) => `/v1/orders/${numbered('b', n)}`,
      ({ data }, n) => {
        return asDocument(data).orderId === numbered('b', n);
      },
    ),
    asked(
      'customer by id',
      rename,
      (n) => `/v1/customers/${customerOf(n)}`,
      ({ data }, n) => {
        return asDocument(data).name === `Renamed ${n}`;
      },
    ),
    asked(
      'customer by id, counters',
      place('d'),
      (n) => `/v1/customers/${customerOf(n)}`,
      ({ data }, n) => {
        return asList(asDocument(data).recentOrders).some(({ orderId }) => orderId === numbered('d', n));
      },
    ),
    asked(
      'orders, search',
      place('e'),
      () => '/v1/orders?sort=-placedAt&size=100',
      (body, n) => {
        return listed(body, numbered('e', n));
      },
    ),
    asked(
      "a customer's orders, search",
      place('f'),
      (n) => `/v1/customers/${customerOf(n)}/orders?size=100`,
      (body, n) => listed(body, numbered('f', n)),
    ),
    asked(
      "a customer's orders, renamed",
      rename,
      (n) => `/v1/customers/${customerOf(n)}/orders`,
      ({ data }, n) => asList(data).every(({ customer }) => asDocument(customer).name === `Renamed ${n}`),
    ),
    asked(
      'products, search by sales',
      (n) => shop.pay(numbered('b', n), Date.now()),
      () => `/v1/products?sales30dMin=1&size=100&sort=-sales30d`,
      ({ data }, n) =>
        asList(data).some(
          ({ productId, sales30d }) => productId === productOf(n) && Number(sales30d) > Math.floor(n / PRODUCTS),
        ),
    ),
  ];
}

async function measureCase(
  feed: Feed,
  { name, event, seen }: Case,
  { events, 'pause-ms': pauseMs }: OptionValues<typeof OPTIONS>,
): Promise<Measured> {
  const warmUp = Math.ceil(events / 10);
  const acknowledged: number[] = [];
  const times: number[] = [];
  for (let n = 0; n < events + warmUp; n += 1) {
    // Not in step with any timer of the system.
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 2 * pauseMs));
    const happened = event(n);
    const begun = performance.now();
    await feed.publishOne(happened);
    const acknowledgedAt = performance.now();
    await seen(n, happened);
    if (n < warmUp) continue;
    acknowledged.push(acknowledgedAt - begun);
    times.push(performance.now() - begun);
  }
  return { name, acknowledged, seen: times };
}

type Document = Readonly<Record<string, unknown>>;

interface Body {
  readonly data: unknown;
}

const asDocument = (value: unknown) => value as Document;
const asList = (value: unknown) => value as readonly Document[];

async function ask(url: string, { topic, key, event }: SampleEvent): Promise<Body> {
  const waitFor = `${topic}/${encodeURIComponent(key)}#${encodeURIComponent(event.id)};timeout=${WAIT_TIMEOUT_MS}`;
  const response = await fetch(url, { headers: { 'Wait-For': waitFor } });
  const body: unknown = await response.json();
  if (!response.ok) throw new Error(`${url} was answered with ${response.status}: ${JSON.stringify(body)}`);
  return body as Body;
}

async function untilSeen(look: () => Promise<boolean>): Promise<void> {
  while (!(await look())) await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
}

function headline({ events, orders }: OptionValues<typeof OPTIONS>): string {
  return [
    `One event at a time in a shop of ${orders} orders, ${events} of each row.`,
    serversNote(),
    'straight  asked of the store by id every few milliseconds, without the API',
    'others    one request to the API with Wait-For, sent when Kafka has acknowledged the event',
  ].join('\n');
}

function report(measured: readonly Measured[]): string {
  const shares = [0.5, 0.9, 0.99, 1];
  const row = (name: string, times: readonly number[]) => [
    name,
    ...shares.map((share) => percentile(times, share).toFixed(0)),
  ];
  return table("Milliseconds from handing the event to Kafka's client", [
    ['', 'p50', 'p90', 'p99', 'max'],
    row(
      'acknowledged by Kafka',
      measured.flatMap(({ acknowledged }) => acknowledged),
    ),
    ...measured.map(({ name, seen }) => row(name, seen)),
  ]);
}
