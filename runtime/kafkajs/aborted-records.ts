import type { Malformed } from '../../mappings/events/reasons.js';

/** Records as they are handed to kafkajs. Those that are control records are delivered to nobody. */
export interface FetchedRecord {
  readonly magicByte: number;
  readonly attributes: number;
  readonly timestamp: string;
  readonly offset: string;
  key: Buffer | null;
  value: Buffer | null;
  readonly headers: object;
  /** Why the record, or the batch that it stands for, was not taken apart. */
  readonly unread?: Malformed;
  isControlRecord: boolean;
  readonly batchContext: {
    readonly producerId: string;
    readonly inTransaction: boolean;
    readonly isControlBatch: boolean;
    readonly firstOffset: string;
    readonly lastOffsetDelta: number;
  };
}

export interface AbortedTransaction {
  readonly producerId: string;
  readonly firstOffset: string;
}

/** The type of a control record stands in its key, after two bytes of version. */
const TYPE_POSITION = 2;
const ABORT = 0;

/**
 * The records of aborted transactions, as Kafka's own consumer tells them: a producer's records are aborted from the
 * first offset of the transaction to its next abort marker. Only a control record can be a marker.
 */
export function abortedRecords(
  records: readonly FetchedRecord[],
  aborted: readonly AbortedTransaction[],
): FetchedRecord[] {
  if (aborted.length === 0) return [];
  const coming = [...aborted].sort((a, b) => Number(a.firstOffset) - Number(b.firstOffset));
  const open = new Set<string>();
  return records.filter((record) => {
    const { producerId, inTransaction, isControlBatch, firstOffset, lastOffsetDelta } = record.batchContext;
    const lastOfBatch = Number(firstOffset) + lastOffsetDelta;
    for (let next = coming[0]; next !== undefined && Number(next.firstOffset) <= lastOfBatch; next = coming[0]) {
      open.add(next.producerId);
      coming.shift();
    }
    if (isControlBatch) {
      if (isAbort(record)) open.delete(producerId);
      return false;
    }
    return inTransaction && open.has(producerId);
  });
}

function isAbort({ key }: FetchedRecord): boolean {
  return key !== null && key.length >= TYPE_POSITION + 2 && key.readInt16BE(TYPE_POSITION) === ABORT;
}
