import type { CustomerFacts } from '../../aggregates/customers.js';
import { itemCountOf, type OrderFacts, type OrderLine, totalOf } from '../../aggregates/orders.js';
import type { ProductFacts } from '../../aggregates/products.js';
import { asTime } from '../../aggregates/registers.js';
import type { ChangeKeys } from '../../changes.js';
import type { Loaded, Rendered } from '../../contract.js';
import { sum } from '../../money.js';
import { fromPairs, sourceName } from '../sources.js';
import type { OrderDocument, OrderDocumentLine } from './fields.js';

export function renderOrder(orderId: string, loaded: Loaded): Rendered<OrderDocument> {
  const order = loaded.aggregate('orders', orderId);
  if (order.presence === 'pending') return { kind: 'unfounded' };
  if (order.presence !== 'present' || order.customerId === null) return { kind: 'hidden' };
  const customer = loaded.aggregate('customers', order.customerId);
  const products = new Map(
    order.lines.map(({ productId }) => [productId, loaded.aggregate('products', productId)] as const),
  );
  return { kind: 'visible', document: compose(order, customer, products) };
}

/** The products are those of now: an order does not remember which ones it had. */
export function orderChangeKeys(orderId: string, loaded: Loaded): ChangeKeys {
  const { customerId, customersEver, lines } = loaded.aggregate('orders', orderId);
  const isListed = customerId === null || customersEver.includes(customerId);
  return {
    customerId: isListed ? customersEver : [...customersEver, customerId],
    productId: [...new Set(lines.map(({ productId }) => productId))],
  };
}

function compose(
  order: OrderFacts,
  customer: CustomerFacts,
  products: ReadonlyMap<string, ProductFacts>,
): OrderDocument {
  const joined = [...products.values()];
  return {
    orderId: order.orderId,
    status: order.status,
    placedAt: asTime(order.placedAt),
    updatedAt: asTime(order.updatedAt),
    paidAt: asTime(order.paidAt),
    paymentMethod: order.paymentMethod,
    currency: order.currency,
    total: totalOf(order),
    itemCount: itemCountOf(order),
    returnedCount: sum(order.lines.map((line) => line.returned)),
    city: order.city,
    cancelReason: order.cancelReason,
    carrier: order.carrier,
    trackingNo: order.trackingNo,
    customer: {
      customerId: customer.customerId,
      name: customer.name,
      level: customer.level,
      city: customer.city,
      deleted: isGone(customer),
    },
    lines: order.lines.map((line) => composeLine(line, products.get(line.productId))),
    pending: [
      ...(customer.presence === 'pending' ? [sourceName('customers', customer.customerId)] : []),
      ...joined
        .filter(({ presence }) => presence === 'pending')
        .map((product) => sourceName('products', product.productId)),
    ],
    sources: fromPairs([
      [sourceName('orders', order.orderId), order.sequence],
      [sourceName('customers', customer.customerId), customer.sequence],
      ...joined.map((product) => [sourceName('products', product.productId), product.sequence] as const),
    ]),
  };
}

function composeLine(line: OrderLine, product: ProductFacts | undefined): OrderDocumentLine {
  return {
    lineId: line.lineId,
    productId: line.productId,
    name: product?.name ?? null,
    brand: product?.brand ?? null,
    category: product?.category ?? null,
    onShelf: product?.onShelf ?? null,
    deleted: product !== undefined && isGone(product),
    quantity: line.quantity,
    unitPrice: line.unitPrice,
    amount: line.amount,
    returned: line.returned,
  };
}

function isGone({ presence }: CustomerFacts | ProductFacts): boolean {
  return presence === 'deleted' || presence === 'erased';
}
