import { asTime } from '../../aggregates/registers.js';
import { monthOf, previousMonth } from '../../calendar.js';
import type { Loaded, RenderContext, Rendered } from '../../contract.js';
import { sum, sumByCurrency } from '../../money.js';
import { windowStart } from '../../rollups/product-days.js';
import type { ProductDay } from '../../rollups/summaries.js';
import { fromPairs, sourceName } from '../sources.js';
import type { ProductDocument } from './fields.js';

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
  const month = days.filter(({ period }) => monthOf(period) === lastMonth).map(({ summary }) => summary);
  const sales30d = sum(window.map(({ sold }) => sold));
  const returns30d = sum(window.map(({ returned }) => returned));
  return {
    sales30d,
    salesLastMonth: sum(month.map(({ sold }) => sold)),
    returns30d,
    returnRate30d: sales30d === 0 ? 0 : returns30d / sales30d,
    revenue30d: revenueOf(window),
    revenueLastMonth: revenueOf(month),
  };
}

function revenueOf(days: readonly ProductDay[]): Readonly<Record<string, number>> {
  return fromPairs(sumByCurrency(days.flatMap(({ revenue }) => revenue)));
}
