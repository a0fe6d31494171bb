import type { Db } from 'mongodb';
import { type Erasure, isErasedBy } from '../../../mappings/aggregates/erasure.js';
import { compareVersions, type Version } from '../../../mappings/events/event.js';
import { ERASURES_COLLECTION, QUARANTINE_COLLECTION, stateCollection } from '../../../runtime/storage/names.js';
import type { Erasures } from '../../ports/quarantine.js';
import { withMongo } from './connection.js';
import { compareAndSet, writeNewest } from './guarded-write.js';
import { type QuarantineDocument, REDACTED } from './quarantine-record.js';

/**
 * That a customer was erased, and what was removed, without the data. One for each customer and generation, since each
 * generation removes it from its own states and documents; `_id` is `customer,generation`. They belong to the namespace,
 * like the quarantine, and outlast the generations: also a new one must not take in again what another erased.
 */
interface ErasureDocument {
  readonly _id: string;
  readonly customerId: string;
  readonly generation: number;
  /** The last erasing event in the event order. */
  readonly version: Version;
  /** Counts the writes of this record. */
  readonly revision: number;
  readonly recordedAt: Date;
  /** Records of the quarantine that name the customer and have lost their content. */
  readonly quarantinedRedacted: number;
  /** Orders whose documents are rendered without the customer; besides, the customer's own document is hidden. */
  readonly ordersRendered: number;
}

export class MongoErasures implements Erasures {
  constructor(
    private readonly db: Db,
    private readonly generation: number,
  ) {}

  async carryOut(erasures: readonly Erasure[]): Promise<void> {
    // Recorded first: whoever quarantines a record looks for it afterwards, and either side finds the other's.
    for (const erasure of erasures) await this.record(erasure);
    await this.redactQuarantined(erasures.map(({ customerId }) => customerId));
  }

  /** What is known to be erased of these customers, by any generation. */
  async known(customerIds: readonly string[]): Promise<readonly Erasure[]> {
    if (customerIds.length === 0) return [];
    const found = await withMongo('look for erasures', () =>
      this.collection()
        .find({ customerId: { $in: [...customerIds] } })
        .toArray(),
    );
    return found.map(({ customerId, version }) => ({ customerId, version }));
  }

  /** Removes the content of quarantined records that the recorded erasures of these customers cover. */
  async redactQuarantined(customerIds: readonly string[]): Promise<void> {
    const erasures = await this.known(customerIds);
    if (erasures.length === 0) return;
    const ids = [...new Set(erasures.map(({ customerId }) => customerId))];
    const quarantine = this.db.collection<QuarantineDocument>(QUARANTINE_COLLECTION);
    const found = await withMongo('look for quarantined records', () =>
      quarantine
        .find({ 'mention.customers': { $in: ids }, redactedAt: null }, { projection: { mention: 1 } })
        .toArray(),
    );
    const covered = found.filter(({ mention }) => erasures.some((erasure) => isErasedBy(mention, erasure)));
    const redactedAt = new Date();
    await writeNewest(
      this.db,
      QUARANTINE_COLLECTION,
      covered.map(({ _id }) => ({ filter: { _id, redactedAt: null }, update: { $set: { ...REDACTED, redactedAt } } })),
    );
    for (const customerId of ids) await this.count(customerId);
  }

  private async record({ customerId, version }: Erasure): Promise<void> {
    const _id = `${customerId},${this.generation}`;
    for (;;) {
      const known = await withMongo('read an erasure', () => this.collection().findOne({ _id }));
      if (known !== null && compareVersions(known.version, version) >= 0) return;
      const revision = (known?.revision ?? 0) + 1;
      const counts = {
        quarantinedRedacted: known?.quarantinedRedacted ?? 0,
        ordersRendered: known?.ordersRendered ?? 0,
      };
      const update: ErasureDocument = {
        ...{ _id, customerId, generation: this.generation, version, revision, recordedAt: new Date() },
        ...counts,
      };
      const filter = { _id, revision: known?.revision ?? 0 };
      const { superseded, refused } = await compareAndSet(this.db, ERASURES_COLLECTION, [{ filter, update }]);
      for (const reason of refused.values()) throw new Error(`MongoDB refuses the record of an erasure: ${reason}`);
      if (superseded.size === 0) return;
    }
  }

  /** Counted, never incremented: an erasure may be carried out any number of times. */
  private async count(customerId: string): Promise<void> {
    const [quarantinedRedacted, ordersRendered] = await withMongo('count what is erased', () =>
      Promise.all([
        this.db
          .collection(QUARANTINE_COLLECTION)
          .countDocuments({ 'mention.customers': customerId, redactedAt: { $ne: null } }),
        this.db
          .collection(stateCollection(this.generation, 'orders'))
          .countDocuments({ 'references.customer': customerId }),
      ]),
    );
    await withMongo('record what is erased', () =>
      this.collection().updateOne(
        { _id: `${customerId},${this.generation}` },
        { $set: { quarantinedRedacted, ordersRendered } },
      ),
    );
  }

  private collection() {
    return this.db.collection<ErasureDocument>(ERASURES_COLLECTION);
  }
}
