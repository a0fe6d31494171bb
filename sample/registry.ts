import type { Aggregate, CloudEvent } from './events.js';
import { advance, type OrderLine, type OrderProgress } from './orders.js';
import type { Currency } from './products.js';

interface KnownProduct {
  name: string;
  price: number;
  currency: Currency;
  onShelf: boolean;
}

/** how many delivered orders may still see returns */
const DELIVERED_MAX = 500;
const ORDERS_MAX = 200_000;
const CLOSED = ['delivered', 'cancelled', 'rejected', 'deleted'];

/**
 * What the live events have to know of the shop: who is there, what is sold, which orders are open, and the last
 * sequence of each aggregate. It learns from events, so the history and a restart on full topics teach it the same.
 */
export class Registry {
  readonly customers = new Map<string, { city: string }>();
  readonly products = new Map<string, KnownProduct>();
  readonly openOrders = new Map<string, OrderProgress>();
  /** the latest orders that were delivered: candidates for returns */
  readonly delivered = new Map<string, OrderProgress>();
  readonly #sequences: Record<Aggregate, Map<string, number>> = {
    customers: new Map(),
    products: new Map(),
    orders: new Map(),
  };
  readonly #highestNumbers: Record<Aggregate, number> = { customers: 0, products: 0, orders: 100000 };

  /** The sequence that the aggregate's next event carries. */
  nextSequence(topic: Aggregate, key: string): number {
    return (this.#sequences[topic].get(key) ?? 0) + 1;
  }

  /** The id of the next new aggregate. */
  nextId(topic: Aggregate): string {
    return `${topic.charAt(0)}-${this.#highestNumbers[topic] + 1}`;
  }

  /** Older events than those already seen, and what is not of this shop, change nothing but the sequence. */
  observe(topic: Aggregate, event: CloudEvent): void {
    const { subject: id, type } = event;
    const sequence = Number(event.sequence ?? 0);
    const number = /^[cpo]-(\d{1,9})$/.exec(id)?.[1];
    if (number !== undefined) this.#highestNumbers[topic] = Math.max(this.#highestNumbers[topic], Number(number));
    if (sequence <= (this.#sequences[topic].get(id) ?? 0)) return;
    this.#sequences[topic].set(id, sequence);
    const data = (event.data ?? {}) as Record<string, unknown>;
    if (topic === 'customers') this.#observeCustomer(id, type, data);
    else if (topic === 'products') this.#observeProduct(id, type, data);
    else this.#observeOrder(id, type, data);
    this.#forgetOldest();
  }

  #observeCustomer(id: string, type: string, data: Record<string, unknown>): void {
    if (type === 'customer.deleted' || type === 'customer.erased') this.customers.delete(id);
    else if (type.startsWith('customer.registered')) this.customers.set(id, { city: String(data.city ?? '上海') });
  }

  #observeProduct(id: string, type: string, data: Record<string, unknown>): void {
    const known = this.products.get(id);
    if (type === 'product.deleted') this.products.delete(id);
    if (type === 'product.created') {
      const { name, price, currency, onShelf } = data as Partial<KnownProduct>;
      this.products.set(id, {
        name: String(name),
        price: price ?? 0,
        currency: currency ?? 'CNY',
        onShelf: onShelf ?? false,
      });
    }
    if (known === undefined) return;
    if (type === 'product.priced') known.price = Number(data.price);
    if (type === 'product.shelved' || type === 'product.unshelved') known.onShelf = type === 'product.shelved';
    if (type === 'product.updated' && typeof data.name === 'string') known.name = data.name;
  }

  #observeOrder(id: string, type: string, data: Record<string, unknown>): void {
    const known = this.openOrders.get(id) ?? this.delivered.get(id);
    const placed = type.startsWith('order.placed');
    const before = placed ? { status: 'pending', lines: linesOf(data), returns: 0 } : known;
    if (before === undefined) return;
    const order = advance(before, { type, data });
    this.openOrders.delete(id);
    this.delivered.delete(id);
    if (!CLOSED.includes(order.status)) this.openOrders.set(id, order);
    else if (order.status === 'delivered') this.delivered.set(id, order);
  }

  /** An endless stream of orders must not fill the memory: the oldest are forgotten, and happen no more. */
  #forgetOldest(): void {
    for (const id of this.delivered.keys()) {
      if (this.delivered.size <= DELIVERED_MAX) break;
      this.delivered.delete(id);
    }
    for (const id of this.#sequences.orders.keys()) {
      if (this.#sequences.orders.size <= ORDERS_MAX) break;
      this.#sequences.orders.delete(id);
      this.openOrders.delete(id);
      this.delivered.delete(id);
    }
  }
}

/** The lines of a placed order, in either shape. */
function linesOf({ lines, items }: { lines?: unknown; items?: unknown }): OrderLine[] {
  if (Array.isArray(lines)) return lines;
  return (items as { product: string; qty: number; price: string }[]).map(({ product, qty, price }, i) => {
    return { lineId: String(i + 1), productId: product, quantity: qty, unitPrice: Math.round(Number(price) * 100) };
  });
}
