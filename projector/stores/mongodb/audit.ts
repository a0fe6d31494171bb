import type { Db } from 'mongodb';
import { AUDIT_COLLECTION } from '../../../runtime/storage/names.js';
import type { AuditEntry, AuditOutcome, AuditTrail } from '../../ports/audit.js';
import { withMongo } from './connection.js';

interface AuditDocument extends Omit<AuditEntry, 'id' | 'parameters'> {
  readonly _id: string;
  /** JSON: names and values that operators give are no field names of MongoDB's. */
  readonly parameters: string;
}

/** One document for each action, never changed again once its result is known. */
export class MongoAuditTrail implements AuditTrail {
  constructor(private readonly db: Db) {}

  async begin({ id, parameters, ...entry }: AuditEntry): Promise<void> {
    await withMongo('record an action', () =>
      this.collection().insertOne({ _id: id, ...entry, parameters: JSON.stringify(parameters) }),
    );
  }

  async end(id: string, outcome: AuditOutcome): Promise<void> {
    await withMongo('record the result of an action', () =>
      this.collection().updateOne({ _id: id, result: 'begun' }, { $set: { ...outcome } }),
    );
  }

  async list(limit: number): Promise<readonly AuditEntry[]> {
    const found = await withMongo('list the actions', () =>
      this.collection()
        .find({}, { sort: { at: -1, _id: 1 }, limit })
        .toArray(),
    );
    return found.map(({ _id, parameters, ...entry }) => ({ id: _id, ...entry, parameters: JSON.parse(parameters) }));
  }

  private collection() {
    return this.db.collection<AuditDocument>(AUDIT_COLLECTION);
  }
}
