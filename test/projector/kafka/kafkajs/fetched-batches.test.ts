/** Fetched bytes, through kafkajs' own decoder: what a broker cannot be made to send at will. */
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { repairKafkajs } from '../../../../projector/kafka/kafkajs/repairs.js';
import type { FetchedRecord } from '../../../../runtime/kafkajs/aborted-records.js';

interface Answer {
  responses: { partitions: { messages: FetchedRecord[] }[] }[];
}

repairKafkajs();
const load = createRequire(import.meta.url);
const fetchVersions = load('kafkajs/src/protocol/requests/fetch/index.js') as {
  protocol(choice: {
    version: number;
  }): (request: { topics: [] }) => { response: { decode(raw: Buffer): Promise<Answer> } };
};
const Batch = load('kafkajs/src/consumer/batch.js') as new (
  topic: string,
  fetchedOffset: string,
  partition: object,
) => { messages: FetchedRecord[]; lastOffset(): string; isEmptyDueToFiltering(): boolean };

const int = (bytes: number, value: number | bigint): Buffer => {
  const buffer = Buffer.alloc(bytes);
  if (bytes === 8) buffer.writeBigInt64BE(BigInt(value));
  else buffer.writeIntBE(Number(value), 0, bytes);
  return buffer;
};
const text = (value: string): Buffer => Buffer.concat([int(2, value.length), Buffer.from(value)]);

/** Records with these distances from the first offset: attributes, time, distance, no key, value `v`, no headers. */
function batchOf(firstOffset: number, lastOffsetDelta: number, deltas: readonly number[]): Buffer {
  const records = deltas.map((delta) => {
    const record = Buffer.concat([
      int(1, 0),
      varint(0),
      varint(delta),
      varint(-1),
      varint(1),
      Buffer.from('v'),
      varint(0),
    ]);
    return Buffer.concat([varint(record.length), record]);
  });
  const head = [int(4, 0), int(1, 2), int(4, 0), int(2, 0), int(4, lastOffsetDelta), int(8, 0), int(8, 0), int(8, 7)];
  const body = Buffer.concat([...head, int(2, 0), int(4, 0), int(4, records.length), ...records]);
  return Buffer.concat([int(8, firstOffset), int(4, body.length), body]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}

/** A fetch response of version 11 for one partition. */
async function decode(batches: Buffer): Promise<{ messages: FetchedRecord[] }> {
  const partition = [int(4, 0), int(2, 0), int(8, 99), int(8, 99), int(8, 0), int(4, 0), int(4, -1)];
  const topic = [text('t'), int(4, 1), ...partition, int(4, batches.length), batches];
  const { response } = fetchVersions.protocol({ version: 11 })({ topics: [] });
  const answer = await response.decode(Buffer.concat([int(4, 0), int(2, 0), int(4, 0), int(4, 1), ...topic]));
  const decoded = answer.responses[0]?.partitions[0];
  if (decoded === undefined) throw new Error('Nothing was decoded.');
  return decoded;
}

async function consumed(fetchedOffset: number, ...batches: Buffer[]) {
  return new Batch('t', String(fetchedOffset), {
    partition: 0,
    highWatermark: '99',
    ...(await decode(Buffer.concat(batches))),
  });
}

const offsetsOf = (messages: readonly FetchedRecord[]) => messages.map(({ offset }) => Number(offset));

describe('what a fetch brings', () => {
  it('moves past batches whose records were all compacted away', async () => {
    const batch = await consumed(10, batchOf(10, 4, []), batchOf(15, 2, []));
    expect(batch.messages).toEqual([]);
    expect(batch.isEmptyDueToFiltering()).toBe(true);
    expect(batch.lastOffset()).toBe('17');
  });

  it('moves past the records that were compacted away at the end of a batch', async () => {
    const batch = await consumed(10, batchOf(10, 9, [0, 3]));
    expect(offsetsOf(batch.messages)).toEqual([10, 13]);
    expect(batch.lastOffset()).toBe('19');
  });

  it('gives what follows an empty batch, and nothing from before the offset that was asked for', async () => {
    const batch = await consumed(12, batchOf(5, 4, []), batchOf(10, 3, [0, 1, 2, 3]), batchOf(14, 0, [0]));
    expect(offsetsOf(batch.messages)).toEqual([12, 13, 14]);
  });

  it('leaves a batch that was cut off for the next fetch', async () => {
    const whole = batchOf(3, 2, [0, 1, 2]);
    const batch = await consumed(3, whole, batchOf(6, 0, [0]).subarray(0, 65));
    expect(offsetsOf(batch.messages)).toEqual([3, 4, 5]);
    expect(batch.lastOffset()).toBe('5');
  });

  it('takes a batch of 200,000 records', async () => {
    const deltas = Array.from({ length: 200_000 }, (_, i) => i);
    const { messages } = await decode(batchOf(0, deltas.length - 1, deltas));
    expect(messages).toHaveLength(deltas.length);
  });
});
