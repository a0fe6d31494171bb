/** Answers about a customer's orders out of the newest that its document holds, where that is provably the answer. */
import type { View } from '../../mappings/contract.js';
import { multiply } from '../../mappings/money.js';
import type { CustomerDocument, RecentOrder } from '../../mappings/views/customers/fields.js';
import type { OrderDocument, OrderDocumentLine } from '../../mappings/views/orders/fields.js';
import type { Condition, DocumentQuery, Found } from '../ports/document-query.js';
import { searchIn } from '../readers/memory/reader.js';

/** What a recent order knows of the fields that orders are filtered and sorted by. */
const KNOWN_FIELDS = [
  'orderId',
  'status',
  'placedAt',
  'currency',
  'total',
  'customer.customerId',
  'customer.level',
  'lines.productId',
];

/**
 * The answer, or `null` where the document cannot tell: a filter or sort by what it does not hold, or a page that
 * reaches beyond the newest orders.
 */
export function answerFromRecent(customer: CustomerDocument, query: DocumentQuery, orders: View): Found | null {
  if (!isAnswerable(query, customer)) return null;
  const known = customer.recentOrders.map((order) => orders.toStored(partialOrder(order, customer), NO_SETTINGS));
  const found = searchIn(known, query, orders);
  if (customer.orderCount <= customer.recentOrders.length) return found;
  // Older orders exist that the document does not hold: right only newest first, and only while the page is full.
  const [first] = query.sort;
  const newestFirst = first?.by === 'field' && first.field === 'placedAt' && first.descending;
  const full = found.documents.length === query.size;
  if (
    !newestFirst ||
    query.sort.length !== 2 ||
    !full ||
    query.countExactly ||
    query.facets.length > 0 ||
    query.stats.length > 0
  )
    return null;
  const last = known.find((order) => order.orderId === (found.documents.at(-1) as OrderDocument).orderId);
  const next = found.next ?? [last?.placedAt as string, last?.orderId as string];
  return { ...found, next, total: { value: found.total.value, relation: 'gte' } };
}

/** Order documents are stored alike whatever the settings. */
const NO_SETTINGS = { businessTimeZone: 'UTC', reportingCurrency: '' };

function isAnswerable({ search, conditions, sort, facets, stats }: DocumentQuery, customer: CustomerDocument): boolean {
  const fields = [
    ...conditions.map(({ field }: Condition) => field),
    ...facets.map(({ field }) => field),
    ...stats.map(({ range }) => range.field),
    ...sort.map((key) => (key.by === 'field' ? key.field : 'relevance')),
  ];
  // A recent order shows the first of its lines.
  const knowsAllLines = customer.recentOrders.every(({ lineCount, lines }) => lineCount === lines.length);
  return (
    search === null &&
    fields.every((field) => KNOWN_FIELDS.includes(field) && (knowsAllLines || field !== 'lines.productId'))
  );
}

type Partial<Whole> = { readonly [Field in keyof Whole]: Whole[Field] | null };

/** What a recent order does not hold is `null`, or an empty list. */
function partialOrder(order: RecentOrder, customer: CustomerDocument) {
  const { customerId, name, level, city } = customer;
  const { orderId, status, placedAt, currency, total, itemCount } = order;
  const partial: Omit<Partial<OrderDocument>, 'lines'> & { lines: readonly Partial<OrderDocumentLine>[] } = {
    orderId,
    status,
    placedAt,
    updatedAt: null,
    paidAt: null,
    paymentMethod: null,
    currency,
    total,
    itemCount,
    returnedCount: null,
    city: null,
    cancelReason: null,
    carrier: null,
    trackingNo: null,
    customer: { customerId, name, level, city, deleted: false },
    lines: order.lines.map((line) => ({
      lineId: null,
      productId: line.productId,
      name: line.name,
      brand: null,
      category: null,
      onShelf: null,
      deleted: null,
      quantity: line.quantity,
      unitPrice: line.unitPrice,
      amount: multiply(line.quantity, line.unitPrice),
      returned: null,
    })),
    pending: [],
    sources: {},
  };
  return partial;
}
