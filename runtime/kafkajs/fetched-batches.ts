/**
 * How kafkajs 2.2.4 reads what a fetch brings, put right:
 *
 * - A batch whose records were all compacted away was forgotten, and its consumer asked for it for ever (#1072). The end
 *   of each batch is kept as a control record: control records move the position and are delivered to nobody.
 * - Records of aborted transactions came through when two of them were open before the first record of a fetch.
 * - A record whose key is four zero bytes passed for the end of an aborted transaction, and let the rest of it through.
 * - A batch of more than some 120,000 records overflowed the stack, each record being an argument of one call.
 * - What is compressed was inflated, however large it becomes: see batch-limits.ts.
 * - A batch that Kafka took and that cannot be inflated, or taken apart, crashed the consumer each time it came.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { createRequire } from 'node:module';
import kafkajs from 'kafkajs';
import { type AbortedTransaction, abortedRecords, type FetchedRecord } from './aborted-records.js';
import { batchLimits } from './batch-limits.js';
import { decodeOldMessage } from './old-message.js';
import { batchLengthAt, decodeRecordBatch, isRecordBatch } from './record-batch.js';

interface Decoder {
  readInt32(): number;
  canReadBytes(bytes: number): boolean;
  readBytes(bytes: number): Buffer;
}

interface FetchedPartition {
  messages: FetchedRecord[];
  abortedTransactions: AbortedTransaction[] | null;
}

interface FetchResponse {
  decode(raw: Buffer): Promise<{ responses: { partitions: FetchedPartition[] }[] }>;
}

/** One answer of a broker, all partitions together. */
interface Fetch {
  bytes: number;
  /** Of partitions of which nothing was read any more. */
  readonly postponed: Set<readonly FetchedRecord[]>;
}

const load = createRequire(import.meta.url);
const FETCH = 'kafkajs/src/protocol/requests/fetch';
/** The versions with transactions, each with a module of its own. Later ones may share the code of earlier ones. */
const VERSIONS = [4, 5, 6, 7, 8, 9, 10, 11];
const fetches = new AsyncLocalStorage<Fetch>();

let done = false;

/** Once per process, at any time: what is replaced is looked up at each use. */
export function repairFetchedBatches(): void {
  if (done) return;
  done = true;
  const path = load.resolve(`${FETCH}/v4/decodeMessages.js`);
  load(path);
  const module = load.cache[path];
  if (module === undefined) throw new Error('The decoder of kafkajs could not be replaced: it is not kafkajs 2.2.4.');
  module.exports = decodeRecords;
  const responses = VERSIONS.map((version) => load.resolve(`${FETCH}/v${version}/response.js`));
  // Those that are loaded hold the former decoder. They are asked for by name at each fetch.
  for (const response of responses) delete load.cache[response];
  for (const response of responses) decodeWithin(load(response) as FetchResponse);
}

/** kafkajs then finds no aborted transaction, and filters nothing by itself. */
function decodeWithin(response: FetchResponse): void {
  const decode = response.decode;
  response.decode = async (raw) => {
    const fetch: Fetch = { bytes: 0, postponed: new Set() };
    const answer = await fetches.run(fetch, () => decode(raw));
    for (const topic of answer.responses) {
      // As if the broker had left them out: an empty one would pass for the end of the log.
      topic.partitions = topic.partitions.filter(({ messages }) => !fetch.postponed.has(messages));
      for (const partition of topic.partitions) withholdAborted(partition);
    }
    return answer;
  };
}

function withholdAborted(partition: FetchedPartition): void {
  for (const record of abortedRecords(partition.messages, partition.abortedTransactions ?? [])) {
    record.isControlRecord = true;
    record.key = null;
    record.value = null;
  }
  partition.abortedTransactions = [];
}

async function decodeRecords(decoder: Decoder): Promise<FetchedRecord[]> {
  const size = decoder.readInt32();
  if (size <= 0 || !decoder.canReadBytes(size)) return [];
  return recordsOf(decoder.readBytes(size), fetches.getStore() ?? { bytes: 0, postponed: new Set() });
}

/** What exceeds the limit of the whole fetch comes with the next one. The first batch is always read. */
async function recordsOf(fetched: Buffer, fetch: Fetch): Promise<FetchedRecord[]> {
  const records: FetchedRecord[] = [];
  for (let at = 0; ; ) {
    // A limit in bytes cuts the last batch off; it comes with the next fetch, too.
    const length = batchLengthAt(fetched, at);
    if (length === null) return records;
    if (fetch.bytes >= batchLimits().bytesMax) {
      if (at === 0) fetch.postponed.add(records);
      return records;
    }
    const batch = fetched.subarray(at, at + length);
    const decoded = await (isRecordBatch(batch) ? decodeRecordBatch : decodeOldMessage)(batch, inflateOf);
    for (const record of decoded.records) records.push(record);
    fetch.bytes += decoded.bytes;
    at += length;
  }
}

const UNCOMPRESSED = 0;

/** @throws Error when there is no such codec. */
function inflateOf(codec: number): ((compressed: Buffer) => Promise<Buffer>) | null {
  const open = kafkajs.CompressionCodecs[codec as keyof typeof kafkajs.CompressionCodecs] as
    | (() => { decompress(compressed: Buffer): Promise<Buffer> })
    | undefined;
  if (codec === UNCOMPRESSED) return null;
  if (open === undefined) throw new Error(`It is compressed with the codec ${codec}, which is unknown.`);
  return (compressed) => open().decompress(compressed);
}
