import { asTime } from '../../aggregates/registers.js';
import type { Loaded, Rendered } from '../../contract.js';
import { sum, sumByCurrency } from '../../money.js';
import { newestFirst, RECENT_ORDERS_MAX } from '../../rollups/customer-months.js';
import type { OrderCard } from '../../rollups/summaries.js';
import { fromPairs, sourceName } from '../sources.js';
import type { CustomerDocument, RecentOrder } from './fields.js';

export function renderCustomer(customerId: string, loaded: Loaded): Rendered<CustomerDocument> {
  const customer = loaded.aggregate('customers', customerId);
  if (customer.presence === 'pending') return { kind: 'unfounded' };
  if (customer.presence !== 'present') return { kind: 'hidden' };
  const months = loaded.rollup('customerMonths', customerId).map(({ summary }) => summary);
  const recent = recentOrdersOf(customerId, loaded);
  return {
    kind: 'visible',
    document: {
      customerId,
      name: customer.name,
      email: customer.email,
      phone: customer.phone,
      level: customer.level,
      city: customer.city,
      registeredAt: asTime(customer.registeredAt),
      orderCount: sum(months.map(({ orders }) => orders)),
      openOrders: sum(months.map(({ open }) => open)),
      cancelledOrders: sum(months.map(({ cancelled }) => cancelled)),
      lastOrderAt: asTime(recent[0]?.placedAt ?? null),
      totalSpent: fromPairs(sumByCurrency(months.flatMap(({ spent }) => spent))),
      recentOrders: recent.map((card) => renderRecentOrder(card, loaded)),
      sources: fromPairs([[sourceName('customers', customerId), customer.sequence]]),
    },
  };
}

/** The newest orders over all months. */
export function recentOrdersOf(customerId: string, loaded: Loaded): OrderCard[] {
  return loaded
    .rollup('customerMonths', customerId)
    .flatMap(({ summary }) => summary.newest)
    .sort(newestFirst)
    .slice(0, RECENT_ORDERS_MAX);
}

function renderRecentOrder(card: OrderCard, loaded: Loaded): RecentOrder {
  return {
    orderId: card.orderId,
    status: card.status,
    placedAt: asTime(card.placedAt),
    currency: card.currency,
    total: card.total,
    itemCount: card.itemCount,
    lineCount: card.lineCount,
    lines: card.lines.map(([productId, quantity, unitPrice]) => ({
      productId,
      name: loaded.aggregate('products', productId).name,
      quantity,
      unitPrice,
    })),
  };
}
