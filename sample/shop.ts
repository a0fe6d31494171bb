import { type Customer, writeCustomer } from './customers.js';
import type { SampleEvent } from './events.js';
import { type Entry, Journal } from './journal.js';
import { advance, nextStep, type OrderLine, type OrderProgress, placing } from './orders.js';
import { drawCurrency, exchange, type Product, priceAt, writeProduct } from './products.js';
import { Random, zipf } from './random.js';
import { DAY_MS, drawMoment, MINUTE_MS } from './time.js';

export interface ShopOptions {
  seed: string;
  /** the end of the history, in milliseconds since 1970 */
  now: number;
  customers?: number;
  products?: number;
  orders?: number;
  /** how long ago the first order was placed */
  days?: number;
}

/** How much of what is new reaches the stream only after the first order that refers to it. */
const LATE_REFERENCES = 0.15;

class History {
  readonly #random: Random;
  readonly #journal: Journal;
  readonly #now: number;
  readonly #customers: readonly Customer[];
  readonly #products: readonly Product[];
  readonly #drawCustomer: (random: Random) => number;
  readonly #drawProduct: (random: Random) => number;
  readonly #mentions = new Map<Entry, number>();

  constructor(random: Random, journal: Journal, customers: Customer[], products: Product[], now: number) {
    this.#random = random;
    this.#journal = journal;
    this.#now = now;
    this.#customers = customers;
    this.#products = products;
    this.#drawCustomer = zipf(customers.length, 0.6);
    this.#drawProduct = zipf(products.length, 0.9);
  }

  /** Somebody who was there at that time. The first customers always were. */
  #customerAt(time: number): Customer {
    for (let i = 0; i < 20; i += 1) {
      const customer = this.#customers[this.#drawCustomer(this.#random)];
      if (customer && customer.registeredAt < time && time < customer.leftAt) return customer;
    }
    return this.#customers[0] as Customer;
  }

  #productAt(time: number): Product {
    for (let i = 0; i < 20; i += 1) {
      const product = this.#products[this.#drawProduct(this.#random)];
      if (product && product.createdAt < time && time < product.deletedAt) return product;
    }
    return this.#products[0] as Product;
  }

  /** Remembers the first moment at which something was referred to. */
  #mention(entry: Entry | undefined, time: number): void {
    if (entry && !this.#mentions.has(entry)) this.#mentions.set(entry, time);
  }

  /** Orders must be written in the order of their times. */
  writeOrder(id: string, placedAt: number): void {
    const random = this.#random;
    const customer = this.#customerAt(placedAt);
    this.#mention(customer.registration, placedAt);
    const currency = drawCurrency(random);
    const lines: OrderLine[] = [];
    do {
      const product = this.#productAt(placedAt);
      this.#mention(product.creation, placedAt);
      const unitPrice = exchange(priceAt(product, placedAt), product.currency, currency);
      const quantity = random.chance(0.7) ? 1 : random.between(2, 5);
      lines.push({ lineId: String(lines.length + 1), productId: product.id, quantity, unitPrice });
    } while (lines.length < 8 && random.chance(0.4));
    const first = placing(random, { customerId: customer.id, currency, city: customer.city, lines });
    this.#journal.write('orders', id, placedAt, first);
    let time = placedAt;
    let order: OrderProgress = { status: 'pending', lines, returns: 0 };
    for (;;) {
      const step = nextStep(random, order, () => this.#customerAt(time).id);
      if (step === undefined) return;
      time += step.delayMs;
      const { type, data } = step;
      if (!this.#journal.write('orders', id, time, data === undefined ? { type } : { type, data })) return;
      order = advance(order, step);
    }
  }

  /** Lets some registrations and creations be published only after they have been referred to. */
  delayReferences(from: number): void {
    for (const [entry, firstMention] of this.#mentions) {
      const isNew = entry.publishAt > from;
      if (!isNew || !this.#random.chance(LATE_REFERENCES)) continue;
      entry.publishAt = Math.min(this.#now, firstMention + this.#random.between(MINUTE_MS, DAY_MS));
    }
  }
}

/**
 * The history of a believable shop, in the order of publishing, which is not quite the order of happening: some
 * events come late, some twice, some orders before their customer or product. The same options give the same events.
 */
export function* generateShop(options: ShopOptions): Generator<SampleEvent> {
  const { seed, now, customers = 2500, products = 1500, orders = 20000, days = 75 } = options;
  const random = new Random(seed);
  const journal = new Journal(random, now);
  const from = now - days * DAY_MS;
  const people = Array.from({ length: customers }, (_, i) => writeCustomer(random, journal, i + 1, from, now));
  const goods = Array.from({ length: products }, (_, i) => writeProduct(random, journal, i + 1, from, now));
  const history = new History(random, journal, people, goods, now);
  const moments = Array.from({ length: orders }, () => drawMoment(random, from, now)).sort((a, b) => a - b);
  for (const [i, moment] of moments.entries()) history.writeOrder(`o-${100001 + i}`, moment);
  history.delayReferences(from);
  yield* journal.inOrderOfPublishing();
}
