import { describe, expect, it } from 'vitest';
import { offeredTo } from '../../../api/access/visibility.js';
import { describeFields, type FieldDescription } from '../../../api/openapi/fields.js';
import type { Principal } from '../../../api/ports/principal.js';
import { exclusionOf, facetNames } from '../../../api/query/parameters.js';
import type { ViewName } from '../../../mappings/contract.js';
import { views } from '../../../mappings/registry.js';

const ALL = { filters: [], sorts: [], facets: [], stats: [], searched: false, nullable: false, personal: false };

function fieldsOf(name: ViewName): ReadonlyMap<string, FieldDescription> {
  return new Map(describeFields(views[name], views[name]).map((field) => [field.name, field]));
}

describe('what /v1/meta says of fields', () => {
  it.each([
    [
      'orders',
      { name: 'total', type: 'integer', filters: ['totalMin', 'totalMax'], sorts: ['total'], stats: ['total'] },
    ],
    ['orders', { name: 'orderId', type: 'text', filters: ['orderId'], searched: true }],
    ['orders', { name: 'customer', type: 'object' }],
    ['orders', { name: 'lines', type: 'list' }],
    ['orders', { name: 'lines.productId', type: 'text', filters: ['productId'], searched: true }],
    ['orders', { name: 'sources', type: 'map' }],
    [
      'orders',
      { name: 'placedAt', type: 'time', nullable: true, filters: ['placedFrom', 'placedTo'], sorts: ['placedAt'] },
    ],
    [
      'products',
      {
        ...{ name: 'returnRate30d', type: 'number', filters: ['returnRate30dMin', 'returnRate30dMax'] },
        stats: ['returnRate30d'],
      },
    ],
    [
      'products',
      {
        ...{ name: 'revenueLastMonth', type: 'map', filters: ['revenueLastMonthMin', 'revenueLastMonthMax'] },
        ...{ sorts: ['revenueLastMonth'], stats: ['revenueLastMonth'] },
      },
    ],
    [
      'products',
      {
        ...{ name: 'onShelf', type: 'boolean', nullable: true },
        ...{ filters: ['onShelf', 'onShelfNot'], facets: ['onShelf'] },
      },
    ],
    ['products', { name: 'name', type: 'text', nullable: true, sorts: ['name'], searched: true }],
    ['products', { name: 'tags', type: 'list', filters: ['tag', 'tagNot'], facets: ['tag'], searched: true }],
    ['customers', { name: 'name', type: 'text', nullable: true, sorts: ['name'], searched: true }],
    [
      'customers',
      {
        ...{ name: 'totalSpent', type: 'map', filters: ['totalSpentMin', 'totalSpentMax'] },
        ...{ sorts: ['totalSpent'], stats: ['totalSpent'] },
      },
    ],
    ['customers', { name: 'email', type: 'text', nullable: true, personal: true, searched: true }],
  ] as const)('describes a field of %s: %o', (view, field) => {
    const sorts = field.name === 'returnRate30d' ? ['returnRate30d'] : [];
    expect(fieldsOf(view).get(field.name)).toEqual({ ...ALL, sorts, ...field });
  });

  it('names the values of a closed set', () => {
    expect(fieldsOf('orders').get('status')?.values).toContain('cancelled');
  });

  it('loses no filter, sort, facet or searched field of any view', () => {
    for (const view of Object.values(views)) {
      const fields = describeFields(view, view);
      const { filters, ranges, times, sorts, search } = view.queries;
      const bounds = [
        ...facetNames(view.queries).map(exclusionOf),
        ...Object.keys(ranges).flatMap((name) => [`${name}Min`, `${name}Max`]),
        ...Object.keys(times).flatMap((name) => [`${name}From`, `${name}To`]),
      ];
      expect(fields.flatMap((field) => field.filters).sort()).toEqual([...Object.keys(filters), ...bounds].sort());
      expect(fields.flatMap((field) => field.stats).sort()).toEqual(Object.keys(ranges).sort());
      expect(fields.flatMap((field) => field.facets).sort()).toEqual(facetNames(view.queries).sort());
      expect(fields.flatMap((field) => field.sorts).sort()).toEqual(Object.keys(sorts).sort());
      expect(fields.filter(({ searched }) => searched)).toHaveLength(search.length);
    }
  });

  it('leaves out what does not exist for the caller, and keeps the types of the rest', () => {
    const caller: Principal = { name: 'x', scopes: new Set(['customers:read']), customerId: null, expiresAt: null };
    const fields = describeFields(views.customers, offeredTo(views.customers, caller));
    const full = fieldsOf('customers');
    expect(fields.map(({ name }) => name)).not.toContain('email');
    for (const field of fields) expect(field).toEqual(full.get(field.name));
  });
});
