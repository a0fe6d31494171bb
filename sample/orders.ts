import type { Step } from './events.js';
import type { Random } from './random.js';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from './time.js';

export interface OrderLine {
  lineId: string;
  productId: string;
  quantity: number;
  /** in the currency's minor unit */
  unitPrice: number;
}

/** As much of an order as decides what may happen to it next. */
export interface OrderProgress {
  status: string;
  lines: readonly OrderLine[];
  returns: number;
}

interface TimedStep extends Step {
  /** how long after the previous step it happens */
  delayMs: number;
}

const STATUS_AFTER: ReadonlyMap<string, string> = new Map([
  ['order.placed', 'pending'],
  ['order.placed.v1', 'pending'],
  ['order.inventory_locked', 'locked'],
  ['order.inventory_rejected', 'rejected'],
  ['order.confirmed', 'confirmed'],
  ['order.paid', 'paid'],
  ['order.shipped', 'shipped'],
  ['order.delivered', 'delivered'],
  ['order.cancelled', 'cancelled'],
  ['order.deleted', 'deleted'],
]);
const REASONS = ['changed my mind', '不想要了', 'found it cheaper', '地址填错了', 'payment timed out'] as const;
const CARRIERS = ['顺丰', '中通', 'DHL', 'UPS', '京东物流'] as const;
const METHODS = ['alipay', 'wechat', 'card', 'paypal'] as const;

/** The step that places an order; a few shops still send the older shape, whose prices are decimal text. */
export function placing(
  random: Random,
  { customerId, currency, city, lines }: { customerId: string; currency: string; city: string; lines: OrderLine[] },
): Step {
  const destination = random.chance(0.85) ? { city } : {};
  if (random.chance(0.04)) {
    const items = lines.map(({ productId, quantity, unitPrice }) => {
      return { product: productId, qty: quantity, price: (unitPrice / 100).toFixed(2) };
    });
    return { type: 'order.placed.v1', data: { customer: customerId, currency, items, ...destination } };
  }
  return { type: 'order.placed', data: { customerId, currency, lines, ...destination } };
}

export function advance(order: OrderProgress, { type, data }: Step): OrderProgress {
  const lines = type === 'order.amended' ? (data as { lines: OrderLine[] }).lines : order.lines;
  const returns = order.returns + (type === 'order.returned' ? 1 : 0);
  return { status: STATUS_AFTER.get(type) ?? order.status, lines, returns };
}

const cancel = (random: Random): Step => ({ type: 'order.cancelled', data: { reason: random.pick(REASONS) } });

function amendment(random: Random, order: OrderProgress): Step {
  const lines = order.lines.map((line) => ({ ...line, quantity: Math.max(1, line.quantity + random.between(-1, 2)) }));
  return { type: 'order.amended', data: { lines } };
}

function goodsReturned(random: Random, order: OrderProgress): Step {
  const line = order.lines[random.between(0, order.lines.length - 1)];
  const quantity = random.between(1, line?.quantity ?? 1);
  const lines = [{ lineId: line?.lineId ?? '1', quantity }];
  return { type: 'order.returned', data: { returnId: `r-${order.returns + 1}`, lines } };
}

/** What happens to an order next; `undefined` when nothing does any more. `newOwner` names who may take it over. */
export function nextStep(random: Random, order: OrderProgress, newOwner: () => string): TimedStep | undefined {
  const after = (least: number, most: number, step: Step): TimedStep => {
    return { ...step, delayMs: random.between(least, most) };
  };
  switch (order.status) {
    case 'pending':
      if (random.chance(0.03)) return after(20 * SECOND_MS, 10 * MINUTE_MS, amendment(random, order));
      if (random.chance(0.01)) {
        return after(MINUTE_MS, HOUR_MS, { type: 'order.transferred', data: { customerId: newOwner() } });
      }
      if (random.chance(0.03)) return after(MINUTE_MS, HOUR_MS, cancel(random));
      if (random.chance(0.03)) {
        const reason = random.pick(['out of stock', '库存不足']);
        return after(SECOND_MS, MINUTE_MS, { type: 'order.inventory_rejected', data: { reason } });
      }
      return after(SECOND_MS, MINUTE_MS, { type: 'order.inventory_locked' });
    case 'locked':
      return after(10 * SECOND_MS, 10 * MINUTE_MS, { type: 'order.confirmed' });
    case 'confirmed': {
      if (random.chance(0.04)) return after(10 * MINUTE_MS, DAY_MS, cancel(random));
      const data = random.chance(0.9) ? { data: { method: random.pick(METHODS) } } : {};
      return after(20 * SECOND_MS, 2 * HOUR_MS, { type: 'order.paid', ...data });
    }
    case 'paid': {
      if (random.chance(0.02)) return after(HOUR_MS, DAY_MS, cancel(random));
      const trackingNo = `SF${random.between(1_000_000_000, 9_999_999_999)}`;
      const data = { carrier: random.pick(CARRIERS), trackingNo };
      return after(4 * HOUR_MS, 2 * DAY_MS, { type: 'order.shipped', data });
    }
    case 'shipped':
      return after(18 * HOUR_MS, 5 * DAY_MS, { type: 'order.delivered' });
    case 'delivered':
      if (order.returns < 3 && random.chance(0.06)) return after(DAY_MS, 9 * DAY_MS, goodsReturned(random, order));
      return random.chance(0.003) ? after(DAY_MS, 20 * DAY_MS, { type: 'order.deleted' }) : undefined;
    case 'cancelled':
      return random.chance(0.05) ? after(HOUR_MS, 3 * DAY_MS, { type: 'order.deleted' }) : undefined;
    default:
      return undefined;
  }
}
