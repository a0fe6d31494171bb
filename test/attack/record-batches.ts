/** Record batches as producers write them, byte by byte: what no client would send is made here, too. */
import { createRequire } from 'node:module';
import kafkajs from 'kafkajs';
import type { FetchedRecord } from '../../runtime/kafkajs/aborted-records.js';

export interface WrittenRecord {
  readonly key?: string;
  readonly value?: string | Buffer;
  readonly headers?: readonly (readonly [name: string, value: string | null])[];
}

export interface WrittenBatch {
  readonly firstOffset: number;
  readonly records: readonly WrittenRecord[];
  /** Kafka's number of the codec, and what the records are then. */
  readonly compressed?: { readonly codec: number; readonly content: (records: Buffer) => Buffer };
  /** What its header says, if not the truth. */
  readonly count?: number;
  /** How far its records are from the first offset, if not one after the other. */
  readonly deltas?: readonly number[];
}

/** Of the formats before Kafka 0.11; `attributes`: the codec of its value. */
export interface WrittenMessage {
  readonly magic: 0 | 1;
  readonly offset: number;
  readonly attributes?: number;
  readonly value: string | Buffer | null;
}

const int = (bytes: number, value: number | bigint): Buffer => {
  const buffer = Buffer.alloc(bytes);
  if (bytes === 8) buffer.writeBigInt64BE(BigInt(value));
  else buffer.writeIntBE(Number(value), 0, bytes);
  return buffer;
};
const text = (value: string): Buffer => Buffer.concat([int(2, value.length), Buffer.from(value)]);

export function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}

const sized = (content: string | Buffer | null | undefined): Buffer =>
  content === undefined || content === null
    ? varint(-1)
    : Buffer.concat([varint(Buffer.byteLength(content)), Buffer.from(content)]);

/** Lets kafkajs send, and puts these bytes in the place of the gzip that it makes of the records. */
export async function sentAs<Sent>(bytes: Buffer, send: () => Promise<Sent>): Promise<Sent> {
  const codecs = kafkajs.CompressionCodecs;
  const gzip = codecs[kafkajs.CompressionTypes.GZIP];
  codecs[kafkajs.CompressionTypes.GZIP] = () => ({ ...gzip(), compress: async () => bytes });
  try {
    return await send();
  } finally {
    codecs[kafkajs.CompressionTypes.GZIP] = gzip;
  }
}

/** The content of a batch, one record after the other. */
export function recordsBytes(records: readonly WrittenRecord[]): Buffer {
  return Buffer.concat(records.map((record, i) => recordBytes(record, i)));
}

function recordBytes({ key, value, headers = [] }: WrittenRecord, delta: number): Buffer {
  const written = headers.flatMap((header) => header.map(sized));
  const parts = [int(1, 0), varint(0), varint(delta), sized(key), sized(value), varint(headers.length), ...written];
  const record = Buffer.concat(parts);
  return Buffer.concat([varint(record.length), record]);
}

export function batchBytes({ firstOffset, records, compressed, count = records.length, deltas }: WrittenBatch): Buffer {
  const plain = Buffer.concat(records.map((record, i) => recordBytes(record, deltas?.[i] ?? i)));
  const content = compressed === undefined ? plain : compressed.content(plain);
  const lastOffsetDelta = records.length - 1;
  const head = [int(4, 0), int(1, 2), int(4, 0), int(2, compressed?.codec ?? 0), int(4, lastOffsetDelta)];
  const producer = [int(8, 1_000), int(8, 2_000), int(8, 7), int(2, 0), int(4, 0)];
  const body = Buffer.concat([...head, ...producer, int(4, count), content]);
  return Buffer.concat([int(8, firstOffset), int(4, body.length), body]);
}

export function oldMessage({ magic, offset, attributes = 0, value }: WrittenMessage): Buffer {
  const content = value === null ? [int(4, -1)] : [int(4, Buffer.byteLength(value)), Buffer.from(value)];
  const head = [int(4, 0), int(1, magic), int(1, attributes), ...(magic === 0 ? [] : [int(8, 1_000)]), int(4, -1)];
  const body = Buffer.concat([...head, ...content]);
  return Buffer.concat([int(8, offset), int(4, body.length), body]);
}

interface Answer {
  responses: { partitions: { partition: number; messages: FetchedRecord[] }[] }[];
}

/** What comes of a fetch response of version 11 with these batches of partitions 0, 1, … of one topic. */
export async function fetched(partitions: readonly (readonly Buffer[])[]): Promise<Map<number, FetchedRecord[]>> {
  const versions = createRequire(import.meta.url)('kafkajs/src/protocol/requests/fetch/index.js') as {
    protocol(choice: { version: number }): (request: { topics: [] }) => {
      response: { decode(raw: Buffer): Promise<Answer> };
    };
  };
  const parts = partitions.map((batches, partition) => {
    const bytes = Buffer.concat(batches);
    const head = [int(4, partition), int(2, 0), int(8, 99), int(8, 99), int(8, 0), int(4, 0), int(4, -1)];
    return Buffer.concat([...head, int(4, bytes.length), bytes]);
  });
  const topic = [text('t'), int(4, parts.length), ...parts];
  const { response } = versions.protocol({ version: 11 })({ topics: [] });
  const answer = await response.decode(Buffer.concat([int(4, 0), int(2, 0), int(4, 0), int(4, 1), ...topic]));
  return new Map(answer.responses[0]?.partitions.map(({ partition, messages }) => [partition, messages]));
}
