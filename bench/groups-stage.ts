/** A shop with one very large and one small customer, and a product of either kind, caught up with by a projector. */
import { BSON } from 'mongodb';
import type { SampleEvent } from '../sample/events.js';
import type { Derived } from './derived.js';
import type { Feed } from './feed.js';
import type { OursOutcome } from './outcome.js';
import { type RunningProjector, startCaughtUp } from './processes.js';
import { numbered, SyntheticShop } from './synthetic-shop.js';
import type { Workbench } from './workbench.js';

export type Size = 'large' | 'small';
/** Of the group: orders of a customer, sales of a product. */
export type Owner = 'customer' | 'product';

export interface GroupSizes {
  /** Orders of the large customer, each a sale of the large product. */
  readonly large: number;
  readonly few: number;
  /** Placed orders with either product, of a customer apart, that wait to be paid. */
  readonly spare: number;
}

/** What has no part in what is measured, but that an order needs one of it. */
const OTHER_PRODUCT = 'p-other';
const OTHER_CUSTOMER = 'c-other';

export class GroupsStage {
  private readonly counts: Record<'orders' | 'sales', Record<Size, number>>;
  private readonly paid: Record<Size, number> = { large: 0, small: 0 };
  private readonly time = Date.now();

  constructor(
    readonly feed: Feed,
    readonly projector: RunningProjector,
    private readonly derived: Derived,
    private readonly shop: SyntheticShop,
    { large, few }: GroupSizes,
  ) {
    this.counts = { orders: { large, small: few }, sales: { large, small: few } };
  }

  /** Some events, one after another: the next goes out when the one before is in its document. */
  block(owner: Owner, size: Size, events: number): Promise<OursOutcome> {
    return this.projector.measured(events, async () => {
      for (let i = 0; i < events; i += 1) await (owner === 'customer' ? this.placeOrder(size) : this.payOrder(size));
    });
  }

  /** One more order of the customer; resolves when the customer's document counts it. */
  private async placeOrder(size: Size): Promise<void> {
    this.counts.orders[size] += 1;
    const count = this.counts.orders[size];
    const customerId = `c-${size}`;
    await this.feed.publishOne(this.shop.place(`${customerId}-${count}`, customerId, [OTHER_PRODUCT], this.time));
    await this.projector.until(LOOK_EVERY_MS, async () => {
      const customer = await this.derived.customer(customerId);
      return customer?.orderCount === count;
    });
  }

  /** One more sale of the product; resolves when the product's document counts it. */
  private async payOrder(size: Size): Promise<void> {
    const orderId = spareOrder(size, this.paid[size]);
    this.paid[size] += 1;
    this.counts.sales[size] += 1;
    const productId = `p-${size}`;
    await this.feed.publishOne(this.shop.pay(orderId, this.time));
    await this.projector.until(LOOK_EVERY_MS, async () => {
      const found = await this.derived.fields('products', 'sales30d', [productId]);
      return found.get(productId) === this.counts.sales[size];
    });
  }

  /** The size of the customers' documents, in bytes of BSON. */
  async documentBytes(): Promise<Record<Size, number>> {
    const sizeOf = async (size: Size) => BSON.calculateObjectSize((await this.derived.customer(`c-${size}`)) ?? {});
    return { large: await sizeOf('large'), small: await sizeOf('small') };
  }
}

const LOOK_EVERY_MS = 3;

export async function openGroups(bench: Workbench, feed: Feed, sizes: GroupSizes): Promise<GroupsStage> {
  const shop = new SyntheticShop('groups');
  bench.progress('shop', `publishing ${sizes.large} orders of one customer`);
  await feed.publish(events(shop, sizes));
  const { projector, derived } = await startCaughtUp(bench, feed, bench.namespace('ours'));
  return new GroupsStage(feed, projector, derived, shop, sizes);
}

function* events(shop: SyntheticShop, { large, few, spare }: GroupSizes): Generator<SampleEvent> {
  const now = Date.now();
  for (const id of ['c-large', 'c-small', OTHER_CUSTOMER]) yield shop.register(id, now);
  for (const id of ['p-large', 'p-small', OTHER_PRODUCT]) yield shop.create(id, now);
  for (const [size, count] of [
    ['large', large],
    ['small', few],
  ] as const) {
    for (let i = 0; i < count; i += 1) {
      const orderId = numbered(`o-${size}`, i);
      yield shop.place(orderId, `c-${size}`, [`p-${size}`], now);
      yield shop.pay(orderId, now);
    }
    for (let i = 0; i < spare; i += 1) yield shop.place(spareOrder(size, i), OTHER_CUSTOMER, [`p-${size}`], now);
  }
}

function spareOrder(size: Size, number: number): string {
  return numbered(`o-spare-${size}`, number);
}
