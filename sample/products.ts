import { drawArticle } from './catalogue.js';
import type { Step } from './events.js';
import type { Entry, Journal } from './journal.js';
import type { Random } from './random.js';
import { DAY_MS, drawMoment, HOUR_MS } from './time.js';

export type Currency = 'CNY' | 'USD' | 'EUR';

export interface Product {
  id: string;
  currency: Currency;
  createdAt: number;
  deletedAt: number;
  /** what it cost from which moment on, oldest first; in the currency's minor unit */
  prices: { from: number; price: number }[];
  creation: Entry | undefined;
}

/** How many CNY one unit of a currency is worth, roughly: prices in other currencies only have to look right. */
const WORTH: Record<Currency, number> = { CNY: 1, USD: 7.1, EUR: 7.8 };
/** The first products have been there for long, so there is always something to buy. */
const OLD_PRODUCTS = 20;

export function drawCurrency(random: Random): Currency {
  if (random.chance(0.9)) return 'CNY';
  return random.chance(0.6) ? 'USD' : 'EUR';
}

export function exchange(price: number, from: Currency, to: Currency): number {
  return from === to ? price : Math.round((price * WORTH[from]) / WORTH[to]);
}

interface Creation {
  step: Step;
  name: string;
  price: number;
  currency: Currency;
  onShelf: boolean;
}

export function creation(random: Random): Creation {
  const { name, category, brand, tags, description, price: yuan } = drawArticle(random);
  const currency = drawCurrency(random);
  const price = exchange(yuan, 'CNY', currency);
  const onShelf = random.chance(0.8);
  const data = {
    ...{ name, category, price, currency },
    ...(random.chance(0.95) && { brand }),
    ...(random.chance(0.6) && { description }),
    ...(random.chance(0.8) && { tags }),
    ...(onShelf && { onShelf }),
  };
  return { step: { type: 'product.created', data }, name, price, currency, onShelf };
}

/** A new price within a fifth of the old one, at times with the currency named. */
export function pricing(random: Random, price: number, currency: Currency): { step: Step; price: number } {
  const next = Math.max(1, Math.round(price * (0.8 + random.next() * 0.4)));
  const data = random.chance(0.2) ? { price: next, currency } : { price: next };
  return { step: { type: 'product.priced', data }, price: next };
}

export function shelving(onShelf: boolean): Step {
  return { type: onShelf ? 'product.shelved' : 'product.unshelved' };
}

/** A new name, or other words about the same thing. */
export function productUpdate(random: Random, name: string): Step {
  const changes = [
    { name: `${name} 升级版` },
    { name: `${name} (new)` },
    { description: null },
    { tags: ['sale', '特价'] },
  ] as const;
  return { type: 'product.updated', data: random.pick([changes[0], ...changes]) };
}

export function priceAt(product: Product, time: number): number {
  return product.prices.findLast((period) => period.from <= time)?.price ?? product.prices[0]?.price ?? 0;
}

/** Writes the whole story of one product; the shop's history covers [from, now]. */
export function writeProduct(random: Random, journal: Journal, number: number, from: number, now: number): Product {
  const id = `p-${number}`;
  const old = number <= OLD_PRODUCTS || random.chance(0.85);
  const createdAt = old ? drawMoment(random, from - 300 * DAY_MS, from) : drawMoment(random, from, now);
  const created = creation(random);
  const { name, currency } = created;
  const prices = [{ from: createdAt, price: created.price }];
  const entry = journal.write('products', id, createdAt, created.step);
  if (!created.onShelf && random.chance(0.8)) journal.write('products', id, createdAt + HOUR_MS, shelving(true));
  let [time, price, onShelf] = [Math.max(createdAt + 2 * HOUR_MS, from), created.price, true];
  while (random.chance(0.5)) {
    time += Math.floor((0.1 + random.next()) * 20 * DAY_MS);
    const kind = random.next();
    if (kind < 0.6) {
      const change = pricing(random, price, currency);
      price = change.price;
      prices.push({ from: time, price });
      journal.write('products', id, time, change.step);
    } else if (kind < 0.85) {
      onShelf = !onShelf;
      journal.write('products', id, time, shelving(onShelf));
    } else {
      journal.write('products', id, time, productUpdate(random, name));
    }
  }
  const deletedAt =
    number % 90 === 25 && time < now - HOUR_MS ? drawMoment(random, time, now) : Number.POSITIVE_INFINITY;
  journal.write('products', id, deletedAt, { type: 'product.deleted' });
  return { id, currency, createdAt, deletedAt, prices, creation: entry };
}
