import { emptyCustomer } from './customers.js';
import type { NaiveCustomer, NaiveOrder } from './documents.js';
import type { NaiveData, NaiveEvent, NaiveLine } from './event.js';
import { countReturn, countSale } from './products.js';
import { putRecentOrder } from './recent-orders.js';
import type { NaiveStores } from './stores.js';

const STATUS_AFTER: Readonly<Record<string, string>> = {
  'order.inventory_locked': 'locked',
  'order.inventory_rejected': 'rejected',
  'order.confirmed': 'confirmed',
  'order.paid': 'paid',
  'order.shipped': 'shipped',
  'order.delivered': 'delivered',
  'order.cancelled': 'cancelled',
};

export async function onOrder(stores: NaiveStores, event: NaiveEvent): Promise<void> {
  const { type, subject, time, data = {} } = event;
  if (type === 'order.placed' || type === 'order.placed.v1') return place(stores, subject, time, data);
  const order = await stores.order(subject);
  if (order === null) return;
  const before = order.status;
  order.updatedAt = time;
  order.status = STATUS_AFTER[type] ?? order.status;
  switch (type) {
    case 'order.amended':
      await setLines(stores, order, data.lines ?? []);
      break;
    case 'order.transferred':
      return transfer(stores, order, data.customerId ?? '');
    case 'order.paid':
      order.paidAt = time;
      for (const { productId, quantity } of order.lines) await countSale(stores, productId, time, quantity);
      break;
    case 'order.shipped':
      Object.assign(order, { carrier: data.carrier, trackingNo: data.trackingNo });
      break;
    case 'order.inventory_rejected':
    case 'order.cancelled':
      order.cancelReason = String(data.reason);
      await takeSalesBack(stores, order);
      break;
    case 'order.returned':
      await giveBack(stores, order, data.lines ?? []);
      break;
    case 'order.deleted':
      order.hidden = true;
      break;
  }
  await stores.saveOrder(order);
  await changeCustomer(stores, order.customer.customerId, (customer) => count(customer, order, before, type));
}

async function place(stores: NaiveStores, orderId: string, placedAt: string, data: NaiveData): Promise<void> {
  const customerId = data.customerId ?? data.customer ?? '';
  const customer = (await stores.customer(customerId)) ?? emptyCustomer(customerId);
  const { name, level, city, hidden: deleted } = customer;
  const order: NaiveOrder = {
    orderId,
    status: 'pending',
    placedAt,
    updatedAt: placedAt,
    paidAt: null,
    currency: String(data.currency),
    total: 0,
    itemCount: 0,
    returnedCount: 0,
    city: typeof data.city === 'string' ? data.city : null,
    cancelReason: null,
    carrier: null,
    trackingNo: null,
    customer: { customerId, name, level, city, deleted },
    lines: [],
    hidden: false,
  };
  await setLines(stores, order, data.lines ?? linesOf(data.items ?? []));
  await stores.saveOrder(order);
  customer.orderCount += 1;
  customer.openOrders += 1;
  customer.lastOrderAt = placedAt;
  putRecentOrder(customer, order);
  await stores.saveCustomer(customer);
}

function linesOf(items: NonNullable<NaiveData['items']>): NaiveLine[] {
  return items.map(({ product, qty, price }, i) => ({
    lineId: String(i + 1),
    productId: product,
    quantity: qty,
    unitPrice: Math.round(Number(price) * 100),
  }));
}

async function setLines(stores: NaiveStores, order: NaiveOrder, lines: readonly NaiveLine[]): Promise<void> {
  const products = await stores.products([...new Set(lines.map(({ productId }) => productId))]);
  order.lines = lines.map((line) => {
    const {
      name = null,
      brand = null,
      category = null,
      onShelf = null,
      hidden = false,
    } = products.get(line.productId) ?? {};
    return {
      ...line,
      name,
      brand,
      category,
      onShelf,
      deleted: hidden,
      amount: line.quantity * line.unitPrice,
      returned: 0,
    };
  });
  order.total = order.lines.reduce((sum, { amount }) => sum + amount, 0);
  order.itemCount = order.lines.reduce((sum, { quantity }) => sum + quantity, 0);
}

async function transfer(stores: NaiveStores, order: NaiveOrder, customerId: string): Promise<void> {
  await changeCustomer(stores, order.customer.customerId, (former) => {
    former.orderCount -= 1;
    former.openOrders -= 1;
    former.recentOrders = former.recentOrders.filter(({ orderId }) => orderId !== order.orderId);
  });
  await changeCustomer(stores, customerId, (customer) => {
    customer.orderCount += 1;
    customer.openOrders += 1;
    putRecentOrder(customer, order);
    order.customer = {
      customerId,
      name: customer.name,
      level: customer.level,
      city: customer.city,
      deleted: customer.hidden,
    };
  });
  await stores.saveOrder(order);
}

async function takeSalesBack(stores: NaiveStores, { paidAt, lines }: NaiveOrder): Promise<void> {
  if (paidAt === null) return;
  for (const { productId, quantity } of lines) await countSale(stores, productId, paidAt, -quantity);
}

async function giveBack(
  stores: NaiveStores,
  order: NaiveOrder,
  returned: readonly { lineId: string; quantity: number }[],
) {
  for (const { lineId, quantity } of returned) {
    const line = order.lines.find((candidate) => candidate.lineId === lineId);
    if (line === undefined) continue;
    line.returned += quantity;
    order.returnedCount += quantity;
    await countReturn(stores, line.productId, quantity);
  }
}

async function changeCustomer(
  stores: NaiveStores,
  id: string,
  change: (customer: NaiveCustomer) => void,
): Promise<void> {
  const customer = (await stores.customer(id)) ?? emptyCustomer(id);
  change(customer);
  await stores.saveCustomer(customer);
}

function count(customer: NaiveCustomer, order: NaiveOrder, before: string, type: string): void {
  const { currency, total, status, paidAt } = order;
  if (type === 'order.paid') customer.totalSpent[currency] = (customer.totalSpent[currency] ?? 0) + total;
  if (['delivered', 'cancelled', 'rejected'].includes(status) && status !== before) customer.openOrders -= 1;
  if (type === 'order.cancelled') {
    customer.cancelledOrders += 1;
    if (paidAt !== null) customer.totalSpent[currency] = (customer.totalSpent[currency] ?? 0) - total;
  }
  if (type === 'order.deleted') {
    customer.orderCount -= 1;
    customer.recentOrders = customer.recentOrders.filter(({ orderId }) => orderId !== order.orderId);
  } else {
    putRecentOrder(customer, order);
  }
}
