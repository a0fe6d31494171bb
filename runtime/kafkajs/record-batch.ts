/**
 * One batch of records as it lies in the log, within limits. kafkajs' own decoder has none, and takes a time that grows
 * with the square of a record's headers. https://kafka.apache.org/documentation/#recordbatch
 */
import type { Malformed } from '../../mappings/events/reasons.js';
import { HEADER_BYTES } from '../../mappings/events/size.js';
import type { FetchedRecord } from './aborted-records.js';
import { BatchTooLarge, batchLimits } from './batch-limits.js';
import { readRecord } from './record.js';
import { whyUnread } from './stand-in.js';

const BATCH_HEADER_BYTES = 61;
const MAGIC_OF_RECORD_BATCHES = 2;
const MAGIC_POSITION = 16;
const LOG_APPEND_TIME = 0x08;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;
const CODEC = 0x07;

/** Of Kafka's number of a codec: gives back what is inflated; `null`: nothing is compressed. */
export type InflateOf = (codec: number) => ((compressed: Buffer) => Promise<Buffer>) | null;

export interface DecodedBatch {
  readonly records: readonly FetchedRecord[];
  /** What they take beside what was fetched, about. */
  readonly bytes: number;
}

interface Head {
  readonly context: FetchedRecord['batchContext'];
  readonly attributes: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly firstTimestamp: number;
  readonly maxTimestamp: number;
  readonly count: number;
}

/** What a record takes in memory beside its content, about. */
export const RECORD_BYTES = 500;

/**
 * The length of the batch that begins there, or of the message of an old format; `null` when it is cut off: it comes with
 * the next fetch.
 */
export function batchLengthAt(fetched: Buffer, at: number): number | null {
  if (at + MAGIC_POSITION >= fetched.length) return null;
  const length = 12 + fetched.readInt32BE(at + 8);
  const isWhole = length > MAGIC_POSITION && at + length <= fetched.length;
  return isWhole && (!isRecordBatch(fetched.subarray(at)) || length >= BATCH_HEADER_BYTES) ? length : null;
}

export function isRecordBatch(batch: Buffer): boolean {
  return batch.readInt8(MAGIC_POSITION) === MAGIC_OF_RECORD_BATCHES;
}

/**
 * Its records. The end of its range is among them, as a control record if need be: records may have been compacted away,
 * and control records move the position. One that exceeds a limit, or cannot be read, is told by a record in place of all, at its last offset.
 */
export async function decodeRecordBatch(batch: Buffer, inflateOf: InflateOf): Promise<DecodedBatch> {
  const head = headOf(batch);
  const { bytesMax, recordsMax } = batchLimits();
  try {
    const inflate = inflateOf(head.attributes & CODEC);
    if (head.count > recordsMax) throw BatchTooLarge.inRecords(recordsMax);
    const stored = batch.subarray(BATCH_HEADER_BYTES);
    const content = inflate === null || head.count === 0 ? stored : await inflate(stored);
    // Whatever inflates it keeps to the limit by itself; this is for what is not compressed.
    if (content.length > bytesMax) throw BatchTooLarge.inBytes(bytesMax);
    const { records, headerCount } = recordsIn(content, head);
    if (records.at(-1)?.offset !== String(head.lastOffset)) records.push(endOf(head));
    const beside = records.length * RECORD_BYTES + headerCount * HEADER_BYTES;
    return { records, bytes: (inflate === null ? 0 : content.length) + beside };
  } catch (failure) {
    return { records: [standIn(head, batch.length, failure)], bytes: bytesMax };
  }
}

function headOf(batch: Buffer): Head {
  const firstOffset = Number(batch.readBigInt64BE(0));
  const attributes = batch.readInt16BE(21);
  const lastOffsetDelta = batch.readInt32BE(23);
  const producerId = String(batch.readBigInt64BE(43));
  return {
    context: {
      producerId,
      inTransaction: (attributes & TRANSACTIONAL) !== 0,
      isControlBatch: (attributes & CONTROL) !== 0,
      firstOffset: String(firstOffset),
      lastOffsetDelta,
    },
    ...{ attributes, firstOffset, lastOffset: firstOffset + lastOffsetDelta },
    firstTimestamp: Number(batch.readBigInt64BE(27)),
    maxTimestamp: Number(batch.readBigInt64BE(35)),
    count: batch.readInt32BE(57),
  };
}

const OUT_OF_RANGE = 'The offset of a record is out of the range of its batch.';

/** @throws BatchTooLarge; Error unless they follow each other within its range: they would move the position elsewhere. */
function recordsIn(content: Buffer, head: Head): { records: FetchedRecord[]; headerCount: number } {
  const { context, firstOffset, firstTimestamp, maxTimestamp, attributes, count } = head;
  const records: FetchedRecord[] = [];
  let [at, headerCount, last] = [0, 0, -1];
  for (let i = 0; i < count; i += 1) {
    const read = readRecord(content, at, headerCount);
    if (read.offsetDelta <= last || read.offsetDelta > context.lastOffsetDelta) throw new Error(OUT_OF_RANGE);
    last = read.offsetDelta;
    at = read.end;
    headerCount += read.headerCount;
    const { key, value, headers, unread } = read;
    const timestamp = (attributes & LOG_APPEND_TIME) === 0 ? firstTimestamp + read.timestampDelta : maxTimestamp;
    // Written out: this is done for every record there is.
    const record = {
      magicByte: MAGIC_OF_RECORD_BATCHES,
      attributes: 0,
      timestamp: String(timestamp),
      offset: String(firstOffset + read.offsetDelta),
      key,
      value,
      headers,
      isControlRecord: context.isControlBatch,
      batchContext: context,
    };
    records.push(unread === null ? record : { ...record, unread });
  }
  return { records, headerCount };
}

/** Stands for the records at the end of a batch that are no more: a batch keeps its range when it is compacted. */
function endOf(head: Head): FetchedRecord {
  return { ...withoutContent(head), isControlRecord: true };
}

function standIn(head: Head, storedBytes: number, failure: unknown): FetchedRecord {
  const { firstOffset, lastOffset, count, context } = head;
  const batch = `The batch of ${count} record(s) with the offsets ${firstOffset} to ${lastOffset}, of ${storedBytes} bytes in Kafka,`;
  const unread: Malformed = whyUnread(failure, batch);
  return { ...withoutContent(head), isControlRecord: context.isControlBatch, unread };
}

function withoutContent({ context, lastOffset, maxTimestamp }: Head): Omit<FetchedRecord, 'isControlRecord'> {
  return {
    ...{ magicByte: MAGIC_OF_RECORD_BATCHES, attributes: 0 },
    ...{ timestamp: String(maxTimestamp), offset: String(lastOffset) },
    ...{ key: null, value: null, headers: {}, batchContext: context },
  };
}
