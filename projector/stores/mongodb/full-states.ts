import type { Db } from 'mongodb';
import type { AggregateName } from '../../../mappings/events/event.js';
import type { ReasonCode } from '../../../mappings/events/reasons.js';
import { QUARANTINE_COLLECTION } from '../../../runtime/storage/names.js';
import type { FullStates } from '../../ports/states.js';
import { withMongo } from './connection.js';
import type { QuarantineDocument } from './quarantine-record.js';

const REASON: ReasonCode = 'state-too-large';

export class MongoFullStates implements FullStates {
  constructor(private readonly db: Db) {}

  async among(aggregate: AggregateName, ids: readonly string[]): Promise<ReadonlySet<string>> {
    if (ids.length === 0) return new Set();
    const quarantine = this.db.collection<QuarantineDocument>(QUARANTINE_COLLECTION);
    // The identity stays when the content is erased.
    const apart = {
      'event.subject': { $in: [...ids] },
      'mention.aggregate': aggregate,
      reason: REASON,
      'handled.as': { $ne: 're-driven' as const },
    };
    const found = await withMongo('look which states were full', () => quarantine.distinct('event.subject', apart));
    return new Set(found.filter((id) => typeof id === 'string'));
  }
}
