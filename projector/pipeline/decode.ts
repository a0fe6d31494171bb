/** Records become events; what cannot is set apart with its reason, and the rest goes on. */

import type { Delivery } from '../../mappings/aggregates/merge.js';
import { decode } from '../../mappings/events/decode.js';
import type { SourceRecord } from '../ports/events.js';
import type { QuarantinedRecord } from '../ports/quarantine.js';

export interface DecodedDelivery extends Delivery {
  readonly record: SourceRecord;
}

export interface DecodedBatch {
  readonly deliveries: readonly DecodedDelivery[];
  readonly malformed: readonly QuarantinedRecord[];
  /** Events of types that are not of the contract: skipped and counted. */
  readonly unknown: number;
}

export function decodeBatch(records: readonly SourceRecord[]): DecodedBatch {
  const deliveries: DecodedDelivery[] = [];
  const malformed: QuarantinedRecord[] = [];
  let unknown = 0;
  for (const record of records) {
    const decoded = decode(record.aggregate, record);
    switch (decoded.kind) {
      case 'event':
        deliveries.push({
          event: decoded.event,
          topic: record.topic,
          partition: record.partition,
          offset: record.offset,
          record,
        });
        break;
      case 'unknown':
        unknown += 1;
        break;
      case 'malformed':
        malformed.push({ record, reason: decoded.reason, detail: decoded.detail });
        break;
    }
  }
  return { deliveries, malformed, unknown };
}

/** The offset after the last record of each partition. */
export function positionsAfter(records: readonly SourceRecord[]): { topic: string; partition: number; next: number }[] {
  const last = new Map<string, { topic: string; partition: number; next: number }>();
  for (const { topic, partition, offset } of records) {
    last.set(`${topic}/${partition}`, { topic, partition, next: offset + 1 });
  }
  return [...last.values()];
}
