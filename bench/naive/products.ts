import type { NaiveProduct } from './documents.js';
import type { NaiveEvent } from './event.js';
import type { NaiveStores } from './stores.js';

const WINDOW_DAYS = 30;
const DAY_MS = 24 * 60 * 60 * 1000;

function emptyProduct(productId: string, time: string): NaiveProduct {
  return {
    productId,
    name: '',
    category: '',
    brand: null,
    description: null,
    tags: [],
    price: 0,
    currency: '',
    onShelf: false,
    createdAt: time,
    updatedAt: time,
    sales30d: 0,
    returns30d: 0,
    returnRate30d: 0,
    sales: {},
    hidden: true,
  };
}

export async function onProduct(stores: NaiveStores, { type, subject, time, data = {} }: NaiveEvent): Promise<void> {
  const product = (await stores.product(subject)) ?? emptyProduct(subject, time);
  product.updatedAt = time;
  switch (type) {
    case 'product.created':
      Object.assign(product, data, { createdAt: time, hidden: false });
      break;
    case 'product.updated':
    case 'product.priced':
      Object.assign(product, data);
      break;
    case 'product.shelved':
    case 'product.unshelved':
      product.onShelf = type === 'product.shelved';
      break;
    case 'product.deleted':
      product.hidden = true;
      break;
    default:
      return;
  }
  await stores.saveProduct(product);
  if (type === 'product.priced') return;
  const orders = await stores.ordersWith('lines.productId', subject);
  const { name, brand, category, onShelf, hidden: deleted } = product;
  for (const { lines } of orders) {
    for (const line of lines)
      if (line.productId === subject) Object.assign(line, { name, brand, category, onShelf, deleted });
  }
  await stores.saveOrders(orders);
}

/** Adds units sold (or, when the order is cancelled, takes them back) on the day of the payment. */
export async function countSale(stores: NaiveStores, productId: string, paidAt: string, units: number): Promise<void> {
  const product = await stores.product(productId);
  if (product === null) return;
  const day = paidAt.slice(0, 10);
  product.sales[day] = (product.sales[day] ?? 0) + units;
  const first = new Date(Date.now() - (WINDOW_DAYS - 1) * DAY_MS).toISOString().slice(0, 10);
  product.sales30d = Object.entries(product.sales).reduce(
    (sum, [sold, count]) => (sold >= first ? sum + count : sum),
    0,
  );
  product.returnRate30d = product.sales30d === 0 ? 0 : product.returns30d / product.sales30d;
  await stores.saveProduct(product);
}

export async function countReturn(stores: NaiveStores, productId: string, units: number): Promise<void> {
  const product = await stores.product(productId);
  if (product === null) return;
  product.returns30d += units;
  product.returnRate30d = product.sales30d === 0 ? 0 : product.returns30d / product.sales30d;
  await stores.saveProduct(product);
}
