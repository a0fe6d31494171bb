/** All that exists: adding a view is adding its folder and one line here, adding a rollup its file and one line. */
import { customers } from './aggregates/customers.js';
import { orders } from './aggregates/orders.js';
import { products } from './aggregates/products.js';
import type { Aggregate, Rollup, View } from './contract.js';
import type { AggregateName } from './events/event.js';
import { checkedViews } from './keys.js';
import { customerMonths } from './rollups/customer-months.js';
import { productDays } from './rollups/product-days.js';
import type { SummaryOf } from './rollups/summaries.js';
import { customersView } from './views/customers/view.js';
import { ordersView } from './views/orders/view.js';
import { productsView } from './views/products/view.js';

export const aggregates: { readonly [Name in AggregateName]: Aggregate<Name> } = { customers, products, orders };

/** A rollup's name here is the one in its declaration; it becomes part of stored fields and collections. */
const registeredRollups = { productDays, customerMonths };

export type Rollups = typeof registeredRollups;

export const rollups: { readonly [Name in keyof Rollups]: Rollup<SummaryOf[Name]> } = registeredRollups;

/** A view's name here is the one in its declaration; it becomes part of indexes, collections and paths. */
const registered = {
  orders: ordersView,
  products: productsView,
  customers: customersView,
};

export type Registered = typeof registered;

export type ViewName = keyof Registered;

/** @throws Error when a view is declared in a way that cannot work: no process starts then. */
export const views: Readonly<Record<ViewName, View>> = checkedViews(registered, rollups);
