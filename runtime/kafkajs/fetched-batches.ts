/**
 * How kafkajs 2.2.4 reads what a fetch brings, put right in four points:
 *
 * - A batch whose records were all compacted away was forgotten, and its consumer asked for it for ever (#1072). The end
 *   of each batch is kept as a control record: control records move the position and are delivered to nobody.
 * - Records of aborted transactions came through when two of them were open before the first record of a fetch.
 * - A record whose key is four zero bytes passed for the end of an aborted transaction, and let the rest of it through.
 * - A batch of more than some 120,000 records overflowed the stack, each record being an argument of one call.
 */
import { createRequire } from 'node:module';
import { type AbortedTransaction, abortedRecords, type FetchedRecord } from './aborted-records.js';

interface Decoder {
  offset: number;
  readInt32(): number;
  canReadBytes(bytes: number): boolean;
  readBytes(bytes: number): Buffer;
}

type DecodeRecords = (decoder: Decoder) => Promise<FetchedRecord[]>;

interface FetchedPartition {
  messages: FetchedRecord[];
  abortedTransactions: AbortedTransaction[] | null;
}

interface FetchResponse {
  decode(raw: Buffer): Promise<{ responses: { partitions: FetchedPartition[] }[] }>;
}

interface RecordBatch extends Omit<FetchedRecord['batchContext'], 'lastOffsetDelta'> {
  readonly lastOffsetDelta: number;
  readonly maxTimestamp: string;
  readonly records: FetchedRecord[];
}

const load = createRequire(import.meta.url);
const FETCH = 'kafkajs/src/protocol/requests/fetch';
/** The versions with transactions, each with a module of its own. Later ones may share the code of earlier ones. */
const VERSIONS = [4, 5, 6, 7, 8, 9, 10, 11];
const MAGIC_POSITION = 16;
const MAGIC_OF_RECORD_BATCHES = 2;
const BATCH_HEADER_BYTES = 61;

let done = false;

/** Once per process, at any time: what is replaced is looked up at each use. */
export function repairFetchedBatches(): void {
  if (done) return;
  done = true;
  const path = load.resolve(`${FETCH}/v4/decodeMessages.js`);
  const ofOldFormat = load(path) as DecodeRecords;
  const module = load.cache[path];
  if (module === undefined) throw new Error('The decoder of kafkajs could not be replaced: it is not kafkajs 2.2.4.');
  module.exports = (decoder: Decoder) => decodeRecords(decoder, ofOldFormat);
  const responses = VERSIONS.map((version) => load.resolve(`${FETCH}/v${version}/response.js`));
  // Those that are loaded hold the former decoder. They are asked for by name at each fetch.
  for (const response of responses) delete load.cache[response];
  for (const response of responses) withholdAborted(load(response) as FetchResponse);
}

/** kafkajs then finds no aborted transaction, and filters nothing by itself. */
function withholdAborted(response: FetchResponse): void {
  const decode = response.decode;
  response.decode = async (raw) => {
    const answer = await decode(raw);
    for (const { partitions } of answer.responses) {
      for (const partition of partitions) {
        for (const record of abortedRecords(partition.messages, partition.abortedTransactions ?? [])) {
          record.isControlRecord = true;
          record.key = null;
          record.value = null;
        }
        partition.abortedTransactions = [];
      }
    }
    return answer;
  };
}

async function decodeRecords(decoder: Decoder, ofOldFormat: DecodeRecords): Promise<FetchedRecord[]> {
  const start = decoder.offset;
  const size = decoder.readInt32();
  if (size <= 0 || !decoder.canReadBytes(size)) return [];
  const buffer = decoder.readBytes(size);
  if (buffer.readInt8(MAGIC_POSITION) !== MAGIC_OF_RECORD_BATCHES) {
    decoder.offset = start;
    return ofOldFormat(decoder);
  }
  const { DecoderOf, decodeBatch } = decoders();
  const batches = new DecoderOf(buffer);
  const records: FetchedRecord[] = [];
  while (batches.canReadBytes(BATCH_HEADER_BYTES)) {
    try {
      const batch = await decodeBatch(batches);
      for (const record of batch.records) records.push(record);
      const end = endOf(batch);
      if (end !== null) records.push(end);
    } catch (error) {
      // A limit in bytes cuts the last batch off; it comes with the next fetch.
      if (error instanceof Error && error.name === 'KafkaJSPartialMessageError') break;
      throw error;
    }
  }
  return records;
}

function decoders() {
  return {
    DecoderOf: load('kafkajs/src/protocol/decoder.js') as new (buffer: Buffer) => Decoder,
    decodeBatch: load('kafkajs/src/protocol/recordBatch/v0/decoder.js') as (decoder: Decoder) => Promise<RecordBatch>,
  };
}

/** Stands for the records at the end of a batch that are no more: a batch keeps its range when it is compacted. */
function endOf({ records, ...batchContext }: RecordBatch): FetchedRecord | null {
  const last = Number(batchContext.firstOffset) + batchContext.lastOffsetDelta;
  const present = records[records.length - 1];
  if (present !== undefined && Number(present.offset) >= last) return null;
  return {
    magicByte: MAGIC_OF_RECORD_BATCHES,
    attributes: 0,
    timestamp: batchContext.maxTimestamp,
    offset: String(last),
    key: null,
    value: null,
    headers: {},
    isControlRecord: true,
    batchContext,
  };
}
