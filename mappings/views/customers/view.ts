import type { View } from '../../contract.js';
import { recentOrdersOf, renderCustomer } from './document.js';
import { type CustomerDocument, customers } from './fields.js';

/** Customers, each with counters and its newest orders. */
export const customersView = {
  name: 'customers',
  keyedBy: { aggregate: 'customers' },
  touchedBy: [
    { by: 'self', aggregate: 'customers' },
    // Every visible order is in a month, with all that is shown of it: its own events arrive by this way.
    { by: 'rollup', rollup: 'customerMonths' },
    {
      by: 'reference',
      aggregate: 'products',
      reference: 'product',
      document: 'customer',
      // A founding event or a delete changes whether the name is shown; of the others, those that write the name.
      shows: ({ type, data }) =>
        type === 'product.created' || type === 'product.deleted' || (type === 'product.updated' && 'name' in data),
    },
  ],
  load: [
    (customerId, wants) => {
      wants.aggregate('customers', customerId);
      wants.rollup('customerMonths', customerId);
    },
    (customerId, wants, loaded) => {
      for (const { lines } of recentOrdersOf(customerId, loaded)) {
        for (const [productId] of lines) wants.aggregate('products', productId);
      }
    },
  ],
  render: renderCustomer,
  ...customers,
} satisfies View<CustomerDocument, 'customers'>;
