import type { OrderDocument, PlacedLine } from '../recomputation-documents.js';
import { cap, type Facts, nameOf, read, sourcesOf, sumOf } from '../recomputation-facts.js';
import type { State, States } from '../recomputation-fold.js';

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

const made = new WeakMap<Facts, Map<string, OrderDocument>>();

/** Made once of the same facts: products and customers sum them up. */
export function documents(facts: Facts): Map<string, OrderDocument> {
  const known = made.get(facts);
  if (known !== undefined) return known;
  const orders = new Map<string, OrderDocument>();
  for (const [id, state] of facts.orders) {
    if (state.founded) orders.set(id, orderDocument(id, state, facts.customers, facts.products));
  }
  made.set(facts, orders);
  return orders;
}

export const isSale = (order: OrderDocument): order is OrderDocument & { paidAt: string } =>
  order.paidAt !== null && !['cancelled', 'rejected'].includes(order.status);
