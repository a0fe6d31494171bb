/** Events made to measure: the bench says what happens to what, the shop numbers it. */
import { type Aggregate, type SampleEvent, type Step, sampleEvent } from '../sample/events.js';
import { Random } from '../sample/random.js';

const CURRENCY = 'CNY';
const UNIT_PRICE = 19_900;

export class SyntheticShop {
  private readonly random: Random;
  private readonly sequences = new Map<string, number>();

  constructor(seed: string) {
    this.random = new Random(seed);
  }

  /** What the aggregate says next. `time` is in milliseconds since 1970. */
  next(topic: Aggregate, id: string, step: Step, time: number): SampleEvent {
    const key = `${topic}/${id}`;
    const sequence = (this.sequences.get(key) ?? 0) + 1;
    this.sequences.set(key, sequence);
    return sampleEvent(this.random, topic, id, sequence, time, step);
  }

  register(customerId: string, time: number): SampleEvent {
    const data = {
      name: `Customer ${customerId}`,
      email: `${customerId}@example.com`,
      level: 'gold',
      city: 'Shanghai',
    };
    return this.next('customers', customerId, { type: 'customer.registered', data }, time);
  }

  create(productId: string, time: number): SampleEvent {
    const data = {
      name: `Product ${productId}`,
      category: 'kitchen',
      brand: 'Bench',
      description: `What there is to say of ${productId}, in a sentence or two.`,
      price: UNIT_PRICE,
      currency: CURRENCY,
      onShelf: true,
    };
    return this.next('products', productId, { type: 'product.created', data }, time);
  }

  /** One unit of each product. */
  place(orderId: string, customerId: string, productIds: readonly string[], time: number): SampleEvent {
    const lines = productIds.map((productId, i) => ({
      lineId: String(i + 1),
      productId,
      quantity: 1,
      unitPrice: UNIT_PRICE,
    }));
    const data = { customerId, currency: CURRENCY, city: 'Shanghai', lines };
    return this.next('orders', orderId, { type: 'order.placed', data }, time);
  }

  pay(orderId: string, time: number): SampleEvent {
    return this.next('orders', orderId, { type: 'order.paid', data: { method: 'card' } }, time);
  }

  ship(orderId: string, trackingNo: string, time: number): SampleEvent {
    return this.next('orders', orderId, { type: 'order.shipped', data: { carrier: 'Bench', trackingNo } }, time);
  }
}

/** `numbered('o', 7)` is `o-000007`. */
export function numbered(letter: string, number: number): string {
  return `${letter}-${String(number).padStart(6, '0')}`;
}
