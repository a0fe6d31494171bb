/** What merging events would come to, without writing anything. */
import type { AggregateName } from '../../mappings/events/event.js';
import type { DecodedDelivery } from '../pipeline/decode.js';
import { Dirty } from '../pipeline/dirty.js';
import { type FoldPorts, foldBatch } from '../pipeline/fold.js';
import { StateCache } from '../pipeline/state-cache.js';
import type { Room } from '../ports/errors.js';
import type { QuarantinedRecord } from '../ports/quarantine.js';
import type { StateRecord, StateWrite } from '../ports/states.js';

/** The states of a generation, and over them those that a trial has made of them: later events merge into these. */
class TrialStates implements Pick<FoldPorts['store'], 'read' | 'write'> {
  private readonly made = new Map<string, StateRecord>();

  constructor(private readonly stored: Pick<FoldPorts['store'], 'read'>) {}

  async read(aggregate: AggregateName, ids: readonly string[], room?: Room): Promise<Map<string, StateRecord>> {
    const records = await this.stored.read(aggregate, ids, room);
    for (const id of ids) {
      const made = this.made.get(`${aggregate}/${id}`);
      if (made !== undefined) records.set(id, made);
    }
    return records;
  }

  async write(aggregate: AggregateName, writes: readonly StateWrite[]): Promise<ReadonlySet<string>> {
    for (const { id, expected, state, text, contributions } of writes) {
      this.made.set(`${aggregate}/${id}`, { version: expected + 1, state, contributions, length: text.length });
    }
    return new Set();
  }
}

/** Says, of one batch after the other, which deliveries would be set apart: as `foldAndPublish` would. */
export function trialOf({
  store,
  ...bounds
}: Omit<FoldPorts, 'cache'>): (deliveries: readonly DecodedDelivery[]) => Promise<readonly QuarantinedRecord[]> {
  const fold = { ...bounds, store: new TrialStates(store), cache: new StateCache(0) };
  return (deliveries) => foldBatch(fold, deliveries, new Dirty());
}
