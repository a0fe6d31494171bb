import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { costOf } from '../../../api/limits/cost.js';

const lists = new Set(['orders', 'products', 'customers']);
const cost = (url: string) => costOf(url, lists);

describe('what a request costs', () => {
  it.each([
    ['/v1/orders/o-1', 1],
    ['/v1/orders/o-1?fields=total', 1],
    ['/v1/suggest?q=a', 1],
    ['/v1/meta', 1],
    ['/v1/changes?view=orders', 1],
    ['/v1/nothing', 1],
    ['/v1/orders', 2],
    ['/v1/orders?status=paid&sort=-total', 2],
    ['/v1/customers/c-1/orders', 3],
    ['/v1/customers/orders', 1],
    ['/v1/orders/o-1/history', 25],
    ['/v1/orders/o-1/history?size=10&cursor=x', 25],
    ['/v1/events/e-1', 9],
    ['/v1/events/e-1?aggregate=orders/o-1', 109],
    ['/v1/orders/o-1/other?facets=status', 1],
    ['/v1/orders?facets=status,category', 4],
    ['/v1/orders?facets=status&facets=category,city', 5],
    ['/v1/orders?facets=status\\,category', 3],
    ['/v1/orders?stats=total&multiSelect=true', 3],
    ['/v1/products?stats=price,sales30d&facets=brand', 5],
    ['/v1/orders?q=tea&highlight=true', 3],
    ['/v1/orders?highlight=false', 2],
    ['/v1/orders?total=exact', 4],
    ['/v1/orders?page=50&size=20', 2],
    ['/v1/orders?page=51&size=20', 3],
    ['/v1/orders?page=100&size=100', 11],
    ['/v1/customers/c-1/orders?facets=status&page=11&size=100&total=exact&highlight=true', 8],
  ])('%s costs %i', (url, points) => {
    expect(cost(url)).toBe(points);
  });

  it('is bounded and never less than 1, whatever is sent', () => {
    const names = fc.constantFrom('facets', 'page', 'size', 'total', 'highlight', 'q', '%', 'x');
    const values = fc.oneof(
      fc.string(),
      fc.constantFrom('exact', 'true', '-1', '1e9', '999999999', '%FF', ','.repeat(999)),
    );
    const urls = fc
      .array(fc.tuple(names, values), { maxLength: 8 })
      .map((pairs) => `/v1/orders?${pairs.map(([name, value]) => `${name}=${value}`).join('&')}`);
    fc.assert(
      fc.property(urls, (url) => {
        const points = cost(url);
        expect(Number.isInteger(points)).toBe(true);
        expect(points).toBeGreaterThanOrEqual(1);
        expect(points).toBeLessThanOrEqual(2 + 100 + 1 + 2 + 10);
      }),
    );
    expect(cost(`/v1/orders?facets=${'a,'.repeat(10_000)}`)).toBe(102);
  });
});
