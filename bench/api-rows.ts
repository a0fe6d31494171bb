/** What the API is asked, out of what the shop holds. */
import type { Clients } from './api-clients.js';

/** Each row is asked in several variants, in turn. */
export interface Row {
  readonly name: string;
  readonly paths: readonly string[];
}

const VARIANTS = 10;
const PAGE_SIZE = 20;

export const FIRST_PAGE = 'list, newest first';
export const DEEP_PAGE = 'page 1,000 by cursor';

interface List {
  readonly data: readonly Readonly<Record<string, unknown>>[];
  readonly page: { readonly next: string | null };
}

/** `deepPage`: the number of the page that the last row asks for by its cursor. @throws when the shop is too small. */
export async function rowsOf(clients: Clients, url: string, deepPage: number): Promise<Row[]> {
  const list = async (path: string): Promise<List> => {
    const { status, body } = await clients.get(url + path);
    if (status !== 200) throw new Error(`The API answered ${path} with ${status}: ${JSON.stringify(body)}`);
    return body as List;
  };
  const texts = async (path: string, field: string) => (await list(path)).data.map((one) => String(one[field]));
  const orders = await texts(`/v1/orders?size=${VARIANTS}`, 'orderId');
  const customers = await texts(`/v1/customers?sort=-orderCount&size=${VARIANTS}`, 'customerId');
  const names = await texts(`/v1/products?size=${VARIANTS}`, 'name');
  const product = await texts(`/v1/products?size=${VARIANTS}`, 'productId');
  const words = names.map((name) => encodeURIComponent(name.split(/\s+/)[0]?.slice(0, 4) ?? name));
  const rows: Row[] = [
    { name: 'single order', paths: orders.map((id) => `/v1/orders/${id}`) },
    { name: 'single customer', paths: customers.map((id) => `/v1/customers/${id}`) },
    { name: FIRST_PAGE, paths: [`/v1/orders?size=${PAGE_SIZE}`] },
    { name: 'list by filter and sort', paths: product.map((id) => `/v1/orders?productId=${id}&sort=-total`) },
    { name: 'list of customers', paths: ['/v1/customers?sort=-totalSpent'] },
    { name: 'full text', paths: words.map((word) => `/v1/orders?q=${word}`) },
    { name: 'full text, highlighted', paths: words.map((word) => `/v1/products?q=${word}&highlight=true`) },
    { name: 'facets', paths: ['/v1/orders?facets=status,category,city'] },
    { name: "a customer's orders", paths: customers.map((id) => `/v1/customers/${id}/orders`) },
    { name: 'suggest', paths: words.map((word) => `/v1/suggest?q=${word}`) },
    { name: DEEP_PAGE, paths: [await cursorOf(list, deepPage)] },
  ];
  return rows;
}

async function cursorOf(list: (path: string) => Promise<List>, page: number): Promise<string> {
  let path = `/v1/orders?size=${PAGE_SIZE}`;
  for (let number = 1; number < page; number += 1) {
    const { next } = (await list(path)).page;
    if (next === null) throw new Error(`The list of orders ends at page ${number}: give more --orders.`);
    path = `/v1/orders?size=${PAGE_SIZE}&cursor=${encodeURIComponent(next)}`;
  }
  return path;
}
