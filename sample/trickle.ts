import { customerUpdate, registration } from './customers.js';
import { type Aggregate, type SampleEvent, type Step, sampleEvent } from './events.js';
import { nextStep, type OrderLine, placing } from './orders.js';
import { creation, drawCurrency, exchange, pricing, productUpdate, shelving } from './products.js';
import type { Random } from './random.js';
import type { Registry } from './registry.js';

const DUPLICATED = 0.005;

/** Live events that continue the shop of the registry, one by one, each happening at the moment it is asked for. */
export class Trickle {
  readonly #random: Random;
  readonly #registry: Registry;
  readonly #now: () => number;
  #latest: SampleEvent | undefined;

  /** `now` is in milliseconds since 1970. */
  constructor(random: Random, registry: Registry, now: () => number) {
    this.#random = random;
    this.#registry = registry;
    this.#now = now;
  }

  next(): SampleEvent {
    if (this.#latest && this.#random.chance(DUPLICATED)) return this.#latest;
    const [topic, key, { type, data }] = this.#draw();
    const sequence = this.#registry.nextSequence(topic, key);
    const step = data === undefined ? { type } : { type, data };
    this.#latest = sampleEvent(this.#random, topic, key, sequence, this.#now(), step);
    this.#registry.observe(topic, this.#latest.event);
    return this.#latest;
  }

  #draw(): [Aggregate, string, Step] {
    const { customers, products } = this.#registry;
    const kind = this.#random.next();
    if (customers.size === 0 || kind < 0.01) return this.#newCustomer();
    if (products.size === 0 || kind < 0.015)
      return ['products', this.#registry.nextId('products'), creation(this.#random).step];
    if (kind < 0.04) return ['customers', this.#one(customers)[0], customerUpdate(this.#random)];
    if (kind < 0.08) return this.#productChange();
    if (kind > 0.25) return this.#progress() ?? this.#newOrder();
    return this.#newOrder();
  }

  /** Any one of a map that is not empty; the first ones, which are there for longest, more often. */
  #one<Value>(map: ReadonlyMap<string, Value>): [string, Value] {
    let skip = Math.floor(map.size * this.#random.next() ** 2);
    for (const entry of map) {
      if (skip === 0) return entry;
      skip -= 1;
    }
    throw new Error('Nothing can be drawn from an empty map. Check its size before drawing from it.');
  }

  #newCustomer(): [Aggregate, string, Step] {
    const id = this.#registry.nextId('customers');
    return ['customers', id, registration(this.#random, Number(id.slice(2))).step];
  }

  #newOrder(): [Aggregate, string, Step] {
    const random = this.#random;
    const [customerId, { city }] = this.#one(this.#registry.customers);
    const currency = drawCurrency(random);
    const lines: OrderLine[] = [];
    do {
      const [productId, product] = this.#one(this.#registry.products);
      const unitPrice = exchange(product.price, product.currency, currency);
      lines.push({ lineId: String(lines.length + 1), productId, quantity: random.between(1, 3), unitPrice });
    } while (lines.length < 8 && random.chance(0.4));
    return ['orders', this.#registry.nextId('orders'), placing(random, { customerId, currency, city, lines })];
  }

  #productChange(): [Aggregate, string, Step] {
    const [id, { name, price, currency, onShelf }] = this.#one(this.#registry.products);
    const kind = this.#random.next();
    if (kind < 0.6) return ['products', id, pricing(this.#random, price, currency).step];
    return ['products', id, kind < 0.85 ? shelving(!onShelf) : productUpdate(this.#random, name)];
  }

  /** The next step of an open order, at times a return; `undefined` when there is none. */
  #progress(): [Aggregate, string, Step] | undefined {
    const { openOrders, delivered, customers } = this.#registry;
    const from = this.#random.chance(0.1) ? delivered : openOrders;
    if (from.size === 0) return undefined;
    const [id, order] = this.#one(from);
    const step = nextStep(this.#random, order, () => this.#one(customers)[0]);
    return step && ['orders', id, step];
  }
}
