import type { Db } from 'mongodb';
import type { ViewName } from '../../../mappings/contract.js';
import { refusedCollection } from '../../../runtime/storage/names.js';
import type { Target } from '../../ports/documents.js';
import type { Refusal, RefusalDesk, RefusedDocument } from '../../ports/refusals.js';
import { withMongo } from './connection.js';
import { writeNewest } from './guarded-write.js';

/** `_id` is `view/revision/id`. */
interface RefusedRecord {
  readonly _id: string;
  readonly view: ViewName;
  readonly revision: number;
  readonly id: string;
  readonly ticket: number;
  readonly reason: string;
  readonly refusedAt: Date;
}

/**
 * Documents that a store refuses for good, kept with key and ticket so that their batch can be committed: one record for
 * each document, of its last refusal. None holds content, so an erasure finds nothing here.
 */
export class RefusedDocuments implements RefusalDesk {
  /** `tell` hears of each that was recorded: nobody else would notice. */
  constructor(
    private readonly db: Db,
    private readonly generation: number,
    private readonly tell: (documents: readonly RefusedDocument[]) => void = () => {},
  ) {}

  async record(documents: readonly RefusedDocument[]): Promise<void> {
    if (documents.length === 0) return;
    const refusedAt = new Date();
    const writes = documents.map(({ target, id, ticket, reason }) => {
      const _id = nameOf(target, id);
      return {
        filter: { _id, ticket: { $lt: ticket } },
        update: { _id, ...target, id, ticket, reason, refusedAt },
      };
    });
    await writeNewest(this.db, refusedCollection(this.generation), writes);
    this.tell(documents);
  }

  async page(after: Refusal | null, limit: number): Promise<readonly Refusal[]> {
    const following = after === null ? {} : { _id: { $gt: nameOf(after.target, after.id) } };
    const found = await withMongo('list refused documents', () =>
      this.collection()
        .find(following, { sort: { _id: 1 }, limit })
        .toArray(),
    );
    return found.map(toRefusal);
  }

  async find(documents: readonly Pick<Refusal, 'target' | 'id'>[]): Promise<readonly Refusal[]> {
    const names = documents.map(({ target, id }) => nameOf(target, id));
    const found = await withMongo('look for refused documents', () =>
      this.collection()
        .find({ _id: { $in: names } })
        .toArray(),
    );
    return found.map(toRefusal);
  }

  count(): Promise<number> {
    return withMongo('count refused documents', () => this.collection().countDocuments({}));
  }

  async settle(refusals: readonly Refusal[]): Promise<void> {
    for (const { target, id, ticket } of refusals) {
      await withMongo('settle a refusal', () => this.collection().deleteOne({ _id: nameOf(target, id), ticket }));
    }
  }

  private collection() {
    return this.db.collection<RefusedRecord>(refusedCollection(this.generation));
  }
}

function nameOf({ view, revision }: Target, id: string): string {
  return `${view}/${revision}/${id}`;
}

function toRefusal({ view, revision, id, ticket, reason, refusedAt }: RefusedRecord): Refusal {
  return { target: { view, revision }, id, ticket, reason, refusedAt };
}
