import type { QueryDeclaration } from '../../queries.js';
import { productFields } from './fields.js';

export const productQueries = {
  id: { name: 'productId', sortField: 'productId' },
  access: { scope: 'products:read' },
  fields: productFields,
  filters: {
    category: { kind: 'keyword', field: 'category', facet: true },
    brand: { kind: 'keyword', field: 'brand', facet: true },
    tag: { kind: 'keyword', field: 'tags', facet: true },
    onShelf: { kind: 'boolean', field: 'onShelf', facet: true },
    currency: { kind: 'keyword', field: 'currency', facet: true },
  },
  ranges: {
    price: { field: 'price', type: 'integer' },
    sales30d: { field: 'sales30d', type: 'integer' },
    returnRate30d: { field: 'returnRate30d', type: 'number' },
  },
  times: { created: { field: 'createdAt' }, updated: { field: 'updatedAt' } },
  sorts: {
    sales30d: { field: 'sales30d' },
    salesLastMonth: { field: 'salesLastMonth' },
    returnRate30d: { field: 'returnRate30d' },
    price: { field: 'price' },
    name: { field: 'name.exact' },
    createdAt: { field: 'createdAt' },
  },
  defaultSort: '-sales30d',
  relevance: true,
  search: [
    { kind: 'text', field: 'name', weight: 16, exact: { field: 'name.folded', bonus: 100 } },
    {
      kind: 'text',
      field: 'brand.words',
      shown: 'brand',
      weight: 4,
      exact: { field: 'brand.folded', bonus: 2 },
    },
    {
      kind: 'text',
      field: 'category.words',
      shown: 'category',
      weight: 4,
      exact: { field: 'category.folded', bonus: 4 },
    },
    { kind: 'text', field: 'tags.words', shown: 'tags', weight: 4, exact: { field: 'tags.folded', bonus: 1 } },
    { kind: 'text', field: 'description', weight: 1, long: true },
  ],
  suggest: { field: 'name', whole: 'name.folded' },
  listOmits: [],
} as const satisfies QueryDeclaration;
