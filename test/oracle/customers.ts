import type { CustomerDocument, OrderDocument } from '../recomputation-documents.js';
import { amountsByCurrency, append, cap, type Facts, read, sourcesOf, sumOf } from '../recomputation-facts.js';
import { byCodePoint, type State } from '../recomputation-fold.js';
import { isSale, documents as orderDocuments } from './orders.js';

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

export function documents(facts: Facts): Map<string, CustomerDocument> {
  const ordersOf = new Map<string, OrderDocument[]>();
  for (const order of orderDocuments(facts).values()) append(ordersOf, order.customer.customerId, order);
  const customers = new Map<string, CustomerDocument>();
  for (const [id, state] of facts.customers) {
    if (state.founded) customers.set(id, customerDocument(id, state, ordersOf.get(id) ?? []));
  }
  return customers;
}
