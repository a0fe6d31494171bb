/** An event as it comes, trusted. */
export interface NaiveEvent {
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly data?: NaiveData;
}

export interface NaiveData {
  readonly [field: string]: unknown;
  readonly customerId?: string;
  readonly customer?: string;
  readonly lines?: readonly NaiveLine[];
  readonly items?: readonly { readonly product: string; readonly qty: number; readonly price: string }[];
}

export interface NaiveLine {
  readonly lineId: string;
  readonly productId: string;
  readonly quantity: number;
  readonly unitPrice: number;
}
