/**
 * A message of the formats before Kafka 0.11, as it lies in logs of that age. A compressed one holds others of its kind.
 * kafkajs' own decoder knows no limits, and takes one that does not end well for one that is cut off.
 * https://kafka.apache.org/documentation/#messageset
 */
import type { FetchedRecord } from './aborted-records.js';
import { BatchTooLarge, batchLimits } from './batch-limits.js';
import { type DecodedBatch, type InflateOf, RECORD_BYTES } from './record-batch.js';
import { whyUnread } from './stand-in.js';

const CODEC = 0x07;
const LOG_APPEND_TIME = 0x08;
/** Offset and size. */
const ENTRY_HEADER_BYTES = 12;
/** They have no time; nor have they transactions or producers. */
const NO_TIMESTAMP = '-1';
const NO_PRODUCER = '-1';

interface OldMessage {
  readonly offset: number;
  readonly magic: number;
  readonly attributes: number;
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** Where the next one begins. */
  readonly end: number;
}

/** Its records: itself, or those within; one in place of all when they exceed a limit or cannot be read. */
export async function decodeOldMessage(entry: Buffer, inflateOf: InflateOf): Promise<DecodedBatch> {
  const lastOffset = Number(entry.readBigInt64BE(0));
  const { bytesMax } = batchLimits();
  try {
    const message = messageAt(entry, 0);
    const inflate = inflateOf(message.attributes & CODEC);
    if (inflate === null) return { records: [toRecord(message)], bytes: RECORD_BYTES };
    const content = await inflate(message.value ?? Buffer.alloc(0));
    const records = messagesIn(content, message).map(toRecord);
    return { records, bytes: content.length + records.length * RECORD_BYTES };
  } catch (failure) {
    const batch = `The message set of an old format that ends with the offset ${lastOffset}, of ${entry.length} bytes in Kafka,`;
    const nothing = { offset: lastOffset, magic: 0, attributes: 0, timestamp: NO_TIMESTAMP, key: null, value: null };
    return { records: [{ ...toRecord(nothing), unread: whyUnread(failure, batch) }], bytes: bytesMax };
  }
}

/** @throws BatchTooLarge, Error */
function messagesIn(content: Buffer, around: OldMessage): OldMessage[] {
  const { recordsMax } = batchLimits();
  const messages: OldMessage[] = [];
  for (let at = 0; at < content.length; ) {
    if (messages.length >= recordsMax) throw BatchTooLarge.inRecords(recordsMax);
    const message = messageAt(content, at);
    if ((message.attributes & CODEC) !== 0) throw new Error('A compressed message lies in another.');
    messages.push(message);
    at = message.end;
  }
  const last = messages.at(-1);
  if (last === undefined) throw new Error('Nothing is in it.');
  // From the second format on, what lies within counts from 0, and what lies around has the offset of the last.
  const base = around.magic === 0 ? 0 : around.offset - last.offset;
  const isTimed = (around.attributes & LOG_APPEND_TIME) === 0;
  return messages.map((message) => ({
    ...message,
    offset: base + message.offset,
    timestamp: isTimed ? message.timestamp : around.timestamp,
  }));
}

/** @throws RangeError, Error when the bytes end in the middle of it. */
function messageAt(content: Buffer, at: number): OldMessage {
  const offset = Number(content.readBigInt64BE(at));
  const end = at + ENTRY_HEADER_BYTES + content.readInt32BE(at + 8);
  const [magic, attributes] = [content.readInt8(at + 16), content.readInt8(at + 17)];
  if (magic !== 0 && magic !== 1) throw new Error(`Its format has the number ${magic}, which is unknown.`);
  const timestamp = magic === 0 ? NO_TIMESTAMP : String(content.readBigInt64BE(at + 18));
  const key = sizedAt(content, at + (magic === 0 ? 18 : 26), end);
  const value = sizedAt(content, key.end, end);
  return { offset, magic, attributes, timestamp, key: key.bytes, value: value.bytes, end };
}

function sizedAt(content: Buffer, at: number, limit: number): { bytes: Buffer | null; end: number } {
  const size = content.readInt32BE(at);
  const end = at + 4 + Math.max(0, size);
  if (end > limit || end > content.length) throw new Error('A message ends in the middle of its content.');
  return { bytes: size < 0 ? null : content.subarray(at + 4, end), end };
}

function toRecord({ offset, magic, timestamp, key, value }: Omit<OldMessage, 'end'>): FetchedRecord {
  return {
    ...{ magicByte: magic, attributes: 0, timestamp, offset: String(offset), key, value, headers: {} },
    isControlRecord: false,
    batchContext: {
      ...{ producerId: NO_PRODUCER, inTransaction: false, isControlBatch: false },
      ...{ firstOffset: String(offset), lastOffsetDelta: 0 },
    },
  };
}
