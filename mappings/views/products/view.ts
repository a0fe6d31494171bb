import type { View } from '../../contract.js';
import { renderProduct } from './document.js';
import { type ProductDocument, products } from './fields.js';

/** Products, each with its sales of the last 30 days and of last month. */
export const productsView = {
  name: 'products',
  keyedBy: { aggregate: 'products' },
  touchedBy: [
    { by: 'self', aggregate: 'products' },
    { by: 'rollup', rollup: 'productDays' },
  ],
  load: [
    (productId, wants) => {
      wants.aggregate('products', productId);
      wants.rollup('productDays', productId);
    },
  ],
  render: renderProduct,
  ...products,
} satisfies View<ProductDocument, 'products'>;
