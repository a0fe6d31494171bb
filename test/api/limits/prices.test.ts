import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PRICES, type Price, priceOfWork } from '../../../api/limits/prices.js';
import { readQueryString, valuesByName } from '../../../api/query/given.js';

const cost = (price: Price, query: string) => price(valuesByName(readQueryString(query).pairs));

describe('what a request costs', () => {
  it.each<[keyof typeof PRICES, string, number]>([
    ['request', '', 1],
    ['request', 'fields=total', 1],
    ['list', '', 2],
    ['list', 'status=paid&sort=-total', 2],
    ['listOfDocument', '', 3],
    ['history', '', 25],
    ['history', 'size=10&cursor=x', 25],
    ['event', '', 9],
    ['event', 'aggregate=orders/o-1', 109],
    ['event', '%61ggregate=', 109],
    ['request', 'facets=status', 1],
    ['list', 'facets=status,category', 4],
    ['list', 'facets=status&facets=category,city', 5],
    ['list', 'f%61cets=status%2Ccategory', 4],
    ['list', 'facets=status\\,category', 3],
    ['list', 'stats=total&multiSelect=true', 3],
    ['list', 'stats=price,sales30d&facets=brand', 5],
    ['list', 'q=tea&highlight=true', 3],
    ['list', 'highlight=false', 2],
    ['list', 'total=exact', 4],
    ['list', 'page=50&size=20', 2],
    ['list', 'page=51&size=20', 3],
    ['list', 'page=100&size=100', 11],
    ['listOfDocument', 'facets=status&page=11&size=100&total=exact&highlight=true', 8],
  ])('%s with %s costs %i', (kind, query, points) => {
    expect(cost(PRICES[kind], query)).toBe(points);
  });

  it('is bounded and never less than 1, whatever is sent', () => {
    const names = fc.constantFrom('facets', 'page', 'size', 'total', 'highlight', 'q', '%', 'x');
    const values = fc.oneof(
      fc.string(),
      fc.constantFrom('exact', 'true', '-1', '1e9', '999999999', '%FF', ','.repeat(999)),
    );
    const queries = fc
      .array(fc.tuple(names, values), { maxLength: 8 })
      .map((pairs) => pairs.map(([name, value]) => `${name}=${value}`).join('&'));
    fc.assert(
      fc.property(queries, (query) => {
        const points = cost(PRICES.list, query);
        expect(Number.isInteger(points)).toBe(true);
        expect(points).toBeGreaterThanOrEqual(1);
        expect(points).toBeLessThanOrEqual(2 + 100 + 1 + 2 + 10);
      }),
    );
    expect(cost(PRICES.list, `facets=${'a,'.repeat(10_000)}`)).toBe(102);
  });
});

describe('what the work costs beyond', () => {
  const nothing = { storeMs: 0, answerBytes: 0, highlightSteps: 0 };

  it.each([
    [{}, 0],
    [{ storeMs: 1_004 }, 0],
    [{ storeMs: 1_005 }, 1],
    [{ storeMs: 4_000 }, 600],
    [{ answerBytes: 262_144 }, 0],
    [{ answerBytes: 262_144 + 16_384 }, 1],
    [{ answerBytes: 5_000_000 }, 289],
    [{ highlightSteps: 109_999 }, 0],
    [{ highlightSteps: 2_000_000 }, 190],
    [{ storeMs: 1_100, highlightSteps: 200_000 }, 30],
  ])('%o costs %i', (work, points) => {
    expect(priceOfWork({ ...nothing, ...work })).toBe(points);
  });
});
