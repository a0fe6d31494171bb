import type { View } from '../../contract.js';
import { renderProduct } from './document.js';
import type { ProductDocument } from './fields.js';
import { productFromStored, productIndex, productToStored } from './indexes.js';
import { productQueries } from './queries.js';

/** Products, each with its sales of the last 30 days and of last month. */
export const productsView: View<ProductDocument, 'products'> = {
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
  toStored: productToStored,
  fromStored: productFromStored,
  storage: productIndex,
  queries: productQueries,
};
