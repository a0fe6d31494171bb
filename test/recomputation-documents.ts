/** The shapes that the oracle takes and returns: events as published, documents as the query API shows them. */
export type Topic = 'customers' | 'products' | 'orders';
export interface EventEnvelope {
  id: string;
  type: string;
  subject: string;
  /** RFC 3339 */
  time: string;
  /** decimal text */
  sequence?: string;
  data?: unknown;
}
export interface PublishedEvent {
  topic: Topic;
  event: EventEnvelope;
}
export type Text = string | null;
type Amounts = Record<string, number>;
type Sources = Record<string, number | null>;
export interface PlacedLine {
  lineId: string;
  productId: string;
  quantity: number;
  unitPrice: number;
}
type ProductFields = { name: Text; brand: Text; category: Text; onShelf: boolean | null; deleted: boolean };
export type OrderLine = PlacedLine & ProductFields & { amount: number; returned: number };
export type OrderDocument = Record<'orderId' | 'status' | 'placedAt' | 'updatedAt' | 'currency', string> &
  Record<'paidAt' | 'paymentMethod' | 'city' | 'cancelReason' | 'carrier' | 'trackingNo', Text> &
  Record<'total' | 'itemCount' | 'returnedCount', number> & {
    customer: { customerId: string; name: Text; level: Text; city: Text; deleted: boolean };
    lines: OrderLine[];
    pending: string[];
    sources: Sources;
  };
export type ProductDocument = Record<'productId' | 'createdAt' | 'updatedAt', string> &
  Record<'name' | 'category' | 'brand' | 'description' | 'currency', Text> &
  Record<'sales30d' | 'salesLastMonth' | 'returns30d' | 'returnRate30d', number> & {
    price: number | null;
    tags: string[];
    onShelf: boolean;
    revenue30d: Amounts;
    revenueLastMonth: Amounts;
    sources: Sources;
  };
type RecentOrder = Pick<OrderDocument, 'orderId' | 'status' | 'placedAt' | 'currency' | 'total' | 'itemCount'> & {
  lineCount: number;
  lines: Pick<OrderLine, 'productId' | 'name' | 'quantity' | 'unitPrice'>[];
};
export type CustomerDocument = Record<'customerId' | 'registeredAt', string> &
  Record<'name' | 'email' | 'phone' | 'level' | 'city' | 'lastOrderAt', Text> &
  Record<'orderCount' | 'openOrders' | 'cancelledOrders', number> & {
    totalSpent: Amounts;
    recentOrders: RecentOrder[];
    sources: Sources;
  };
