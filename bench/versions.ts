/**
 * What each event touches by itself: the documents that would be written if every event were projected alone. It folds
 * with the projector's own functions and no store.
 */

import { EMPTY_STATE, merge } from '../mappings/aggregates/merge.js';
import { NO_REFERENCES, type References } from '../mappings/aggregates/state.js';
import type { DerivationSettings } from '../mappings/contract.js';
import { aggregates } from '../mappings/registry.js';
import { decodeBatch } from '../projector/pipeline/decode.js';
import { Dirty, type DirtyDocuments } from '../projector/pipeline/dirty.js';
import { documentsOf, touchAggregate, touchReferring, viewOf, viewsReading } from '../projector/pipeline/touch.js';
import type { Referring, SourceRecord } from '../projector/ports.js';
import { type Derived, derive, rollupsChanged, splitGroup } from '../projector/state/derive.js';

const NOTHING: Derived = { state: EMPTY_STATE, references: NO_REFERENCES, contributions: {} };

export class Versions {
  private readonly aggregates = new Map<string, Derived>();
  /** Orders by what they refer to, `customer/c-1` or `product/p-1`. */
  private readonly referring = new Map<string, Map<string, Referring>>();

  constructor(private readonly settings: DerivationSettings) {}

  /** The documents that the next event touches; none for a record that is no event of the contract. */
  next(record: SourceRecord): DirtyDocuments {
    const dirty = new Dirty();
    for (const delivery of decodeBatch([record]).deliveries) {
      const { event } = delivery;
      const { aggregate: name, subject: id } = event;
      const before = this.aggregates.get(`${name}/${id}`) ?? NOTHING;
      const { state, outcomes } = merge(aggregates[name], before.state, [delivery]);
      const after = derive(name, id, state, this.settings);
      this.aggregates.set(`${name}/${id}`, after);
      if (name === 'orders') this.refer(id, before.references, after.references);
      const isFirst = outcomes.every((outcome) => outcome === 'first');
      const changed = isFirst ? rollupsChanged(before.contributions, after.contributions) : null;
      touchAggregate(dirty, name, id, after.state, changed);
      touchReferring(dirty, event);
    }
    return this.resolve(dirty);
  }

  private resolve(dirty: Dirty): DirtyDocuments {
    const { documents } = dirty;
    for (const [touch, ids] of dirty.references) {
      for (const id of ids) {
        const orders = [...(this.referring.get(`${touch.reference}/${id}`)?.values() ?? [])];
        for (const document of documentsOf(touch, orders)) documents.add(viewOf(touch), document);
      }
    }
    for (const [rollup, groups] of dirty.groups) {
      for (const view of viewsReading(rollup)) {
        for (const group of groups) documents.add(view, splitGroup(group).owner);
      }
    }
    return documents;
  }

  private refer(orderId: string, before: References, after: References): void {
    for (const key of keysOf(before)) this.referring.get(key)?.delete(orderId);
    for (const key of keysOf(after)) {
      const orders = this.referring.get(key) ?? new Map<string, Referring>();
      orders.set(orderId, { orderId, referred: [key], customer: after.customer });
      this.referring.set(key, orders);
    }
  }
}

function keysOf({ customer, product }: References): string[] {
  return [...customer.map((id) => `customer/${id}`), ...product.map((id) => `product/${id}`)];
}
