/** What happens in a shop that is there already: mostly to its orders, now and then to a customer or a product. */
import type { SampleEvent } from '../sample/events.js';
import { Random } from '../sample/random.js';
import { numbered, SyntheticShop } from './synthetic-shop.js';

const DAY_MS = 24 * 60 * 60_000;
const ORDERS_PER_CUSTOMER = 8;
const ORDERS_PER_PRODUCT = 14;
const LINES_MAX = 3;
/** Of a thousand events so many happen to a customer, to a product; the rest happens to orders. */
const CUSTOMER_PER_MILLE = 20;
const PRODUCT_PER_MILLE = 10;

export class MixedLoad {
  private readonly shop = new SyntheticShop('mixed');
  /** Of its own, so that what happens does not depend on what is there besides. */
  private readonly random = new Random('events');
  private readonly customers: number;
  private readonly products: number;

  /**
   * @param orders how many there are to begin with, placed and paid within the last 30 days; the numbers of customers and
   *   products are in proportion.
   * @param newPerMille of a thousand events to orders so many place a new one.
   * @param shards so many shops like that there are side by side, their ids in turns. Events happen to the first: they
   *   are the same, whatever is there besides.
   */
  constructor(
    private orders: number,
    private readonly newPerMille: number,
    private readonly now: number,
    private readonly shards = 1,
  ) {
    this.customers = Math.ceil(orders / ORDERS_PER_CUSTOMER);
    this.products = Math.ceil(orders / ORDERS_PER_PRODUCT);
  }

  *founding(): Generator<SampleEvent> {
    const { shop, now } = this;
    for (let shard = 0; shard < this.shards; shard += 1) {
      for (let i = 0; i < this.customers; i += 1) yield shop.register(idOf('c', i, shard), now - 31 * DAY_MS);
      for (let i = 0; i < this.products; i += 1) yield shop.create(idOf('p', i, shard), now - 31 * DAY_MS);
    }
    const randoms = Array.from({ length: this.shards }, (_, shard) => new Random(`shard ${shard}`));
    for (let i = 0; i < this.orders; i += 1) {
      for (const [shard, random] of randoms.entries()) {
        const time = now - random.between(0, 29) * DAY_MS;
        yield this.place(random, i, time, shard);
        yield shop.pay(idOf('o', i, shard), time);
      }
    }
  }

  *events(count: number): Generator<SampleEvent> {
    for (let i = 0; i < count; i += 1) yield this.next();
  }

  private next(): SampleEvent {
    const { shop, random, now } = this;
    const dice = random.between(0, 999);
    if (dice < CUSTOMER_PER_MILLE) {
      const id = idOf('c', random.between(0, this.customers - 1));
      return shop.next('customers', id, { type: 'customer.updated', data: { level: `level-${dice}` } }, now);
    }
    if (dice < CUSTOMER_PER_MILLE + PRODUCT_PER_MILLE) {
      const id = idOf('p', random.between(0, this.products - 1));
      return shop.next('products', id, { type: 'product.updated', data: { brand: `brand-${dice}` } }, now);
    }
    if (random.between(0, 999) >= this.newPerMille) return this.progress();
    this.orders += 1;
    return this.place(random, this.orders - 1, now);
  }

  private progress(): SampleEvent {
    const { shop, random, now } = this;
    const orderId = idOf('o', random.between(0, this.orders - 1));
    switch (random.between(0, 3)) {
      case 0:
        return shop.pay(orderId, now);
      case 1:
        return shop.next('orders', orderId, { type: 'order.delivered' }, now);
      case 2:
        return shop.next('orders', orderId, { type: 'order.confirmed' }, now);
      default:
        return shop.ship(orderId, random.uuid(), now);
    }
  }

  private place(random: Random, number: number, time: number, shard = 0): SampleEvent {
    const { shop } = this;
    const customerId = idOf('c', random.between(0, this.customers - 1), shard);
    const lines = Array.from({ length: random.between(1, LINES_MAX) }, () =>
      idOf('p', random.between(0, this.products - 1), shard),
    );
    return shop.place(idOf('o', number, shard), customerId, lines, time);
  }
}

function idOf(letter: string, number: number, shard = 0): string {
  return `${numbered(letter, number)}-${shard}`;
}
