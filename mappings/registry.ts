/** All that exists: adding a view is adding its folder and one line here. */
import { customers } from './aggregates/customers.js';
import { orders } from './aggregates/orders.js';
import { products } from './aggregates/products.js';
import type { Aggregate, Rollup, View } from './contract.js';
import type { AggregateName } from './events/event.js';
import { customerMonths } from './rollups/customer-months.js';
import { productDays } from './rollups/product-days.js';
import type { RollupName } from './rollups/summaries.js';
import { customersView } from './views/customers/view.js';
import { ordersView } from './views/orders/view.js';
import { productsView } from './views/products/view.js';

export const aggregates: { readonly [Name in AggregateName]: Aggregate<Name> } = { customers, products, orders };

export const rollups: { readonly [Name in RollupName]: Rollup<Name> } = { productDays, customerMonths };

/** A view's name here is the one in its declaration; it becomes part of indexes, collections and paths. */
const registered = {
  orders: ordersView,
  products: productsView,
  customers: customersView,
};

export type ViewName = keyof typeof registered;

export const views: Readonly<Record<ViewName, View>> = registered;
