/** The documents as the naive projector keeps them: the fields of the API, and what it counts sales with. */
export interface NaiveOrder {
  orderId: string;
  status: string;
  placedAt: string;
  updatedAt: string;
  paidAt: string | null;
  currency: string;
  total: number;
  itemCount: number;
  returnedCount: number;
  city: string | null;
  cancelReason: string | null;
  carrier: string | null;
  trackingNo: string | null;
  customer: { customerId: string; name: string | null; level: string | null; city: string | null; deleted: boolean };
  lines: NaiveOrderLine[];
  hidden: boolean;
}

export interface NaiveOrderLine {
  lineId: string;
  productId: string;
  name: string | null;
  brand: string | null;
  category: string | null;
  onShelf: boolean | null;
  deleted: boolean;
  quantity: number;
  unitPrice: number;
  amount: number;
  returned: number;
}

export interface NaiveProduct {
  productId: string;
  name: string;
  category: string;
  brand: string | null;
  description: string | null;
  tags: string[];
  price: number;
  currency: string;
  onShelf: boolean;
  createdAt: string;
  updatedAt: string;
  sales30d: number;
  returns30d: number;
  returnRate30d: number;
  /** Units by day. */
  sales: Record<string, number>;
  hidden: boolean;
}

export interface NaiveCustomer {
  _id: string;
  name: string | null;
  email: string | null;
  phone: string | null;
  level: string | null;
  city: string | null;
  registeredAt: string | null;
  orderCount: number;
  openOrders: number;
  cancelledOrders: number;
  lastOrderAt: string | null;
  totalSpent: Record<string, number>;
  recentOrders: NaiveRecentOrder[];
  hidden: boolean;
}

export interface NaiveRecentOrder {
  orderId: string;
  status: string;
  placedAt: string;
  currency: string;
  total: number;
  itemCount: number;
  lineCount: number;
  lines: { productId: string; name: string | null; quantity: number; unitPrice: number }[];
}
