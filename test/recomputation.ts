/**
 * The independent oracle: recomputes every document from the published events alone. It shares no code with the
 * pipeline, knows no store and no batch, and reads the contract as literally as it can: sort, fold, join, sum.
 */
import type {
  CustomerDocument,
  OrderDocument,
  PlacedLine,
  ProductDocument,
  PublishedEvent,
  Text,
} from './recomputation-documents.js';
import { byCodePoint, foldTopic, type State, type States } from './recomputation-fold.js';

const cap = (sum: number): number => Math.min(sum, Number.MAX_SAFE_INTEGER);
const sumOf = (numbers: number[]): number => numbers.reduce((sum, n) => cap(sum + n), 0);

/** What a present aggregate says of its fields; one that is not founded, or deleted, says nothing. */
function read<Field extends string>(state: State | undefined, ...fields: Field[]): Record<Field, Text> {
  const values = fields.map((field) => [field, state?.founded ? (state.registers.get(field) ?? null) : null]);
  return Object.fromEntries(values);
}
const nameOf = (state: State | undefined): Text => (state?.deleted ? state.knownName : read(state, 'name').name);

const sourcesOf = (joined: [string, State | undefined][]): Record<string, number | null> =>
  Object.fromEntries(joined.map(([key, state]) => [key, state?.sequence ?? null]));

function orderDocument(id: string, state: State, customers: States, products: States): OrderDocument {
  const customerId = state.registers.get('customerId') as string;
  const customer = customers.get(customerId);
  const joined = new Map([[`customers/${customerId}`, customer]]);
  const returns = [...state.returns.values()].flat();
  const lines = (state.registers.get('lines') as PlacedLine[]).map((line) => {
    const { lineId, productId, quantity, unitPrice } = line;
    const product = products.get(productId);
    joined.set(`products/${productId}`, product);
    const { brand, category } = read(product, 'brand', 'category');
    const onShelf = product?.founded ? product.registers.get('onShelf') === true : null;
    const shown = { name: nameOf(product), brand, category, onShelf, deleted: product?.deleted ?? false };
    const back = sumOf(returns.filter((returned) => returned.lineId === lineId).map((returned) => returned.quantity));
    const counts = { quantity, unitPrice, amount: cap(quantity * unitPrice), returned: Math.min(quantity, back) };
    return { lineId, productId, ...shown, ...counts };
  });
  const { status, currency, placedAt, reason, method } = read(
    state,
    'status',
    'currency',
    'placedAt',
    'reason',
    'method',
  );
  return {
    ...{ orderId: id, status: `${status}`, currency: `${currency}`, placedAt: `${placedAt}`, cancelReason: reason },
    ...read(state, 'paidAt', 'city', 'carrier', 'trackingNo'),
    paymentMethod: method,
    updatedAt: state.updatedAt,
    total: sumOf(lines.map((line) => line.amount)),
    itemCount: sumOf(lines.map((line) => line.quantity)),
    returnedCount: sumOf(lines.map((line) => line.returned)),
    customer: {
      ...{ customerId, name: nameOf(customer), deleted: customer?.deleted ?? false },
      ...read(customer, 'level', 'city'),
    },
    lines,
    pending: [...joined].filter(([, other]) => !other?.founded && !other?.deleted).map(([key]) => key),
    sources: sourcesOf([[`orders/${id}`, state], ...joined]),
  };
}

type Sale = OrderDocument['lines'][number] & { day: string; currency: string };
const isSale = (order: OrderDocument) => order.paidAt !== null && !['cancelled', 'rejected'].includes(order.status);
const daysBefore = (day: string, days: number) =>
  new Date(Date.parse(day) - days * 86_400_000).toISOString().slice(0, 10);

function amountsByCurrency(entries: { currency: string; amount: number }[]): Record<string, number> {
  const sums = new Map<string, number>();
  for (const { currency, amount } of entries) sums.set(currency, cap((sums.get(currency) ?? 0) + amount));
  return Object.fromEntries(sums);
}

function productDocument(id: string, state: State, sales: Sale[], today: string): ProductDocument {
  const recent = sales.filter(({ day }) => day >= daysBefore(today, 29) && day <= today);
  const lastMonth = daysBefore(`${today.slice(0, 7)}-01`, 1).slice(0, 7);
  const ofLastMonth = sales.filter(({ day }) => day.startsWith(lastMonth));
  const sales30d = sumOf(recent.map((line) => line.quantity));
  const returns30d = sumOf(recent.map((line) => line.returned));
  return {
    ...{ productId: id, createdAt: `${read(state, 'createdAt').createdAt}`, updatedAt: state.updatedAt },
    ...read(state, 'name', 'category', 'brand', 'description', 'currency'),
    tags: (state.registers.get('tags') as string[] | null | undefined) ?? [],
    price: (state.registers.get('price') as number | undefined) ?? null,
    onShelf: state.registers.get('onShelf') === true,
    ...{ sales30d, returns30d, returnRate30d: sales30d === 0 ? 0 : returns30d / sales30d },
    salesLastMonth: sumOf(ofLastMonth.map((line) => line.quantity)),
    revenue30d: amountsByCurrency(recent),
    revenueLastMonth: amountsByCurrency(ofLastMonth),
    sources: sourcesOf([[`products/${id}`, state]]),
  };
}

function customerDocument(id: string, state: State, orders: OrderDocument[]): CustomerDocument {
  const newest = [...orders].sort((a, b) => byCodePoint(b.placedAt, a.placedAt) || byCodePoint(a.orderId, b.orderId));
  const spent = orders.filter(isSale).map(({ currency, lines, total }) => {
    return { currency, amount: total - sumOf(lines.map((line) => cap(line.returned * line.unitPrice))) };
  });
  return {
    ...{ customerId: id, registeredAt: `${read(state, 'registeredAt').registeredAt}` },
    ...read(state, 'name', 'email', 'phone', 'level', 'city'),
    orderCount: orders.length,
    openOrders: orders.filter((order) => !['delivered', 'cancelled', 'rejected'].includes(order.status)).length,
    cancelledOrders: orders.filter((order) => order.status === 'cancelled').length,
    lastOrderAt: newest[0]?.placedAt ?? null,
    totalSpent: amountsByCurrency(spent),
    recentOrders: newest.slice(0, 20).map(({ orderId, status, placedAt, currency, total, itemCount, lines }) => ({
      ...{ orderId, status, placedAt, currency, total, itemCount, lineCount: lines.length },
      lines: lines
        .slice(0, 20)
        .map(({ productId, name, quantity, unitPrice }) => ({ productId, name, quantity, unitPrice })),
    })),
    sources: sourcesOf([[`customers/${id}`, state]]),
  };
}

function append<Item>(lists: Map<string, Item[]>, key: string, item: Item): void {
  const list = lists.get(key) ?? [];
  list.push(item);
  lists.set(key, list);
}

interface Recomputation {
  orders: Map<string, OrderDocument>;
  products: Map<string, ProductDocument>;
  customers: Map<string, CustomerDocument>;
}

/**
 * All documents, as the API shows them in `data`, that follow from the published events: in any order, with
 * duplicates and unknown types, but without events that break the contract. `now` is in milliseconds since 1970.
 */
export function recompute(
  published: Iterable<PublishedEvent>,
  { now, timeZone = 'UTC' }: { now: number; timeZone?: string },
): Recomputation {
  const events = [...published];
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  const customers = foldTopic(events, 'customers');
  const products = foldTopic(events, 'products');
  const result: Recomputation = { orders: new Map(), products: new Map(), customers: new Map() };
  const sales = new Map<string, Sale[]>();
  const ordersOf = new Map<string, OrderDocument[]>();
  for (const [id, state] of foldTopic(events, 'orders')) {
    if (!state.founded) continue;
    const order = orderDocument(id, state, customers, products);
    result.orders.set(id, order);
    append(ordersOf, order.customer.customerId, order);
    if (order.paidAt === null || !isSale(order)) continue;
    const day = format.format(new Date(order.paidAt));
    for (const line of order.lines) append(sales, line.productId, { ...line, day, currency: order.currency });
  }
  const today = format.format(now);
  for (const [id, state] of products) {
    if (state.founded) result.products.set(id, productDocument(id, state, sales.get(id) ?? [], today));
  }
  for (const [id, state] of customers) {
    if (state.founded) result.customers.set(id, customerDocument(id, state, ordersOf.get(id) ?? []));
  }
  return result;
}
