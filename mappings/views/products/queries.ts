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
    name: { field: 'name' },
    createdAt: { field: 'createdAt' },
  },
  defaultSort: '-sales30d',
  relevance: true,
  search: [
    { kind: 'whole', field: 'search.productId', shown: 'productId' },
    {
      kind: 'text',
      field: 'search.name',
      shown: 'name',
      weight: 16,
      exact: { field: 'search.nameOnly', bonus: 100 },
    },
    {
      kind: 'text',
      field: 'search.brand',
      shown: 'brand',
      weight: 4,
      exact: { field: 'search.brandOnly', bonus: 2 },
    },
    {
      kind: 'text',
      field: 'search.category',
      shown: 'category',
      weight: 4,
      exact: { field: 'search.categoryOnly', bonus: 4 },
    },
    { kind: 'text', field: 'search.tags', shown: 'tags', weight: 4, exact: { field: 'search.tagsOnly', bonus: 1 } },
    { kind: 'text', field: 'search.description', shown: 'description', weight: 1, long: true },
  ],
  suggest: { field: 'name', words: 'search.name', whole: 'search.nameOnly' },
  listOmits: [],
} as const satisfies QueryDeclaration;
