import { asTime } from '../../aggregates/registers.js';
import { monthOf, previousMonth } from '../../calendar.js';
import type { Loaded, RenderContext, Rendered } from '../../contract.js';
import { type Amounts, sum, sumByCurrency } from '../../money.js';
import { windowStart } from '../../rollups/product-days.js';
import { fromPairs, type Sources, sourceName } from '../sources.js';

/** A product with what it sold. Money in minor units, times RFC 3339 in UTC, windows in business days. */
export interface ProductDocument {
  readonly productId: string;
  readonly name: string | null;
  readonly category: string | null;
  readonly brand: string | null;
  readonly description: string | null;
  readonly tags: readonly string[];
  readonly price: number | null;
  readonly currency: string | null;
  readonly onShelf: boolean | null;
  readonly createdAt: string | null;
  readonly updatedAt: string | null;
  readonly sales30d: number;
  readonly salesLastMonth: number;
  readonly returns30d: number;
  readonly returnRate30d: number;
  readonly revenue30d: Readonly<Record<string, number>>;
  readonly sources: Sources;
}

export function renderProduct(productId: string, loaded: Loaded, context: RenderContext): Rendered<ProductDocument> {
  const product = loaded.aggregate('products', productId);
  if (product.presence === 'pending') return { kind: 'unfounded' };
  if (product.presence !== 'present') return { kind: 'hidden' };
  return {
    kind: 'visible',
    document: {
      productId,
      name: product.name,
      category: product.category,
      brand: product.brand,
      description: product.description,
      tags: product.tags,
      price: product.price,
      currency: product.currency,
      onShelf: product.onShelf,
      createdAt: asTime(product.createdAt),
      updatedAt: asTime(product.updatedAt),
      ...salesOf(productId, loaded, context.today),
      sources: fromPairs([[sourceName('products', productId), product.sequence]]),
    },
  };
}

function salesOf(productId: string, loaded: Loaded, today: string) {
  const days = loaded.rollup('productDays', productId);
  const start = windowStart(today);
  const lastMonth = previousMonth(monthOf(today));
  const window = days.filter(({ period }) => period >= start && period <= today).map(({ summary }) => summary);
  const sales30d = sum(window.map(({ sold }) => sold));
  const returns30d = sum(window.map(({ returned }) => returned));
  const revenue: Amounts = sumByCurrency(window.flatMap(({ revenue }) => revenue));
  return {
    sales30d,
    salesLastMonth: sum(days.filter(({ period }) => monthOf(period) === lastMonth).map(({ summary }) => summary.sold)),
    returns30d,
    returnRate30d: sales30d === 0 ? 0 : returns30d / sales30d,
    revenue30d: fromPairs(revenue),
  };
}
