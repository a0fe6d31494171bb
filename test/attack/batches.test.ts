/** Batches that are small in Kafka and large in memory: they are told, never inflated, and what is around them comes. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { decode } from '../../mappings/events/decode.js';
import { contentBytes, EVENT_BYTES_MAX } from '../../mappings/events/size.js';
import { RecordQueue } from '../../projector/kafka/record-queue.js';
import type { SourceRecord } from '../../projector/ports.js';
import type { FetchedRecord } from '../../runtime/kafkajs/aborted-records.js';
import { DEFAULT_BATCH_LIMITS, limitBatches, RECORD_HEADERS_MAX } from '../../runtime/kafkajs/batch-limits.js';
import { registerCodecs } from '../../runtime/kafkajs/codecs.js';
import { repairFetchedBatches } from '../../runtime/kafkajs/fetched-batches.js';
import { bombs } from './bombs.js';
import type { Inflated } from './inflating.js';
import { nodes } from './nodes.js';
import { batchBytes, fetched, type WrittenBatch } from './record-batches.js';

const MIB = 1024 * 1024;
const LIMIT = MIB;
const BOMB = 64 * MIB;
const GZIP = 1;

beforeAll(async () => {
  repairFetchedBatches();
  await registerCodecs();
});

beforeEach(() => limitBatches({ bytesMax: LIMIT, recordsMax: 1_000 }));
afterEach(() => limitBatches(DEFAULT_BATCH_LIMITS));

const plain = (firstOffset: number, ...values: string[]) =>
  batchBytes({ firstOffset, records: values.map((value) => ({ value })) });
const zipped = (firstOffset: number, ...values: (string | Buffer)[]) =>
  batchBytes({
    firstOffset,
    records: values.map((value) => ({ value })),
    compressed: { codec: GZIP, content: (records) => gzipSync(records) },
  });
const told = (records: readonly FetchedRecord[] = []) =>
  records.map(({ offset, value, unread }) => [Number(offset), unread?.reason ?? String(value)]);

describe('a batch that inflates beyond the limit', () => {
  it('is told at its last offset, with its range and what to do, between those that come', async () => {
    const whole = await fetched([[plain(0, 'a'), zipped(1, Buffer.alloc(BOMB), 'b')]]);
    expect(told(whole.get(0))).toEqual([
      [0, 'a'],
      [2, 'batch-too-large'],
    ]);
    const [, unread] = whole.get(0) ?? [];
    expect(unread).toMatchObject({ key: null, value: null, isControlRecord: false, timestamp: '2000' });
    expect(unread?.unread?.detail).toMatch(
      /^The batch of 2 record\(s\) with the offsets 1 to 2, of \d+ bytes in Kafka, was not read: .* 1048576 bytes \(KAFKA_BATCH_BYTES_MAX\)/,
    );
    expect(told((await fetched([[plain(3, 'c')]])).get(0))).toEqual([[3, 'c']]);
  });

  it('is quarantined for that reason by whoever decodes it, and nothing else is looked at', async () => {
    const [unread] = (await fetched([[zipped(1, Buffer.alloc(BOMB))]])).get(0) ?? [];
    if (unread === undefined) throw new Error('Nothing came.');
    expect(decode('orders', { ...unread, headers: {} })).toMatchObject({ reason: 'batch-too-large' });
  });

  it('of an aborted transaction is withheld like any other', async () => {
    const bytes = zipped(1, Buffer.alloc(BOMB));
    bytes.writeInt16BE(bytes.readInt16BE(21) | 0x10, 21);
    const [record] = (await fetched([[bytes]])).get(0) ?? [];
    expect(record?.batchContext).toMatchObject({ inTransaction: true, producerId: '7' });
  });

  it('has a record count that is not believed either', async () => {
    const many = Array.from({ length: 1_001 }, () => ({ value: '' }));
    expect(told((await fetched([[batchBytes({ firstOffset: 5, records: many })]])).get(0))).toEqual([
      [1_005, 'batch-too-large'],
    ]);
    const lying: WrittenBatch = { firstOffset: 0, records: [{ value: 'a' }], count: 2_000_000_000 };
    expect(told((await fetched([[batchBytes(lying)]])).get(0))).toEqual([[0, 'batch-too-large']]);
  });
});

describe('a fetch of many batches, each within the limit', () => {
  const large = (firstOffset: number) => zipped(firstOffset, Buffer.alloc(LIMIT - 1_000));

  it('brings no more than the limit, and the others with the next fetch', async () => {
    const records = (await fetched([Array.from({ length: 40 }, (_, i) => large(i))])).get(0) ?? [];
    expect(records.length).toBeGreaterThan(0);
    expect(records.length).toBeLessThanOrEqual(2);
    expect(records.map(({ offset }) => Number(offset))).toEqual(records.map((_, i) => i));
  });

  it('leaves out the partitions that it does not come to: an empty one would pass for the end of the log', async () => {
    const partitions = await fetched([[large(0), large(1), large(2)], [large(0)], [large(0)]]);
    expect([...partitions.keys()]).toEqual([0]);
  });

  it('brings every partition as long as there is room', async () => {
    const partitions = await fetched([[plain(0, 'a')], [], [plain(0, 'b')]]);
    expect([...partitions.values()].map(told)).toEqual([[[0, 'a']], [], [[0, 'b']]]);
  });
});

describe('what inflates beyond the limit', () => {
  it('is not inflated, by no codec and under no version of Node', { timeout: 180_000 }, async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'bombs-'));
    const file = path.join(folder, 'bombs.json');
    const all = bombs(BOMB);
    await writeFile(file, JSON.stringify(all.map((bomb) => ({ ...bomb, content: bomb.content.toString('base64') }))));
    for (const { binary, major } of await nodes()) {
      const program = path.join(import.meta.dirname, 'inflating.ts');
      const { stdout } = await promisify(execFile)(binary, ['--import', 'tsx', program, file, String(LIMIT)]);
      const inflated = JSON.parse(stdout) as Inflated[];
      expect(inflated.map(({ name, outcome }) => [major, name, outcome])).toEqual(
        all.map(({ name }) => [major, name, 'BatchTooLarge']),
      );
      for (const { name, grownBytes } of inflated) expect(grownBytes, `${name}, Node ${major}`).toBeLessThan(BOMB / 2);
    }
    await rm(folder, { recursive: true });
  });

  it('comes when it is just within it', async () => {
    limitBatches({ bytesMax: BOMB + 1_000, recordsMax: 1 });
    const [record] = (await fetched([[zipped(0, Buffer.alloc(BOMB))]])).get(0) ?? [];
    expect(record?.value?.length).toBe(BOMB);
  });
});

describe('a record', () => {
  const headersOf = (count: number) => Array.from({ length: count }, (_, i) => [`h${i}`, 'x'] as const);

  it('of more headers than are read is told, and the one behind it comes', async () => {
    limitBatches(DEFAULT_BATCH_LIMITS);
    const headers = headersOf(100_000);
    const records = [
      { key: 'k', value: 'v', headers },
      { value: 'next', headers: headersOf(RECORD_HEADERS_MAX) },
    ];
    const [crowded, next] = (await fetched([[batchBytes({ firstOffset: 0, records })]])).get(0) ?? [];
    expect(crowded).toMatchObject({ headers: {}, unread: { reason: 'record-too-large' } });
    expect(String(next?.value)).toBe('next');
    expect(Object.keys(next?.headers ?? {})).toHaveLength(RECORD_HEADERS_MAX);
  });

  it('keeps repeated headers as a list, and names that mean something to JavaScript as they are', async () => {
    const headers = [
      ['a', '1'],
      ['__proto__', '2'],
      ['a', '3'],
      ['a', '4'],
    ] as const;
    const [record] = (await fetched([[batchBytes({ firstOffset: 0, records: [{ headers }] })]])).get(0) ?? [];
    const values = Object.entries(record?.headers ?? {}).map(([name, value]) => [name, String(value)]);
    expect(values).toEqual([
      ['a', '1,3,4'],
      ['__proto__', '2'],
    ]);
  });

  it('that is larger than any event is not parsed', () => {
    const value = Buffer.alloc(EVENT_BYTES_MAX + 1, ' ');
    value.write('{}');
    expect(decode('orders', { key: null, value, headers: {} })).toMatchObject({
      reason: 'record-too-large',
      detail: 'The value has 8388609 bytes; at most 8388608 are read.',
    });
    expect(decode('orders', { key: null, value: value.subarray(0, EVENT_BYTES_MAX), headers: {} })).toMatchObject({
      reason: 'envelope-invalid',
    });
    const key = Buffer.alloc(MIB + 1);
    expect(decode('orders', { key, value: null, headers: {} })).toMatchObject({ reason: 'record-too-large' });
    const headers = { a: [Buffer.alloc(MIB / 2), Buffer.alloc(MIB / 2)], b: 'x' };
    expect(decode('orders', { key: null, value: null, headers })).toMatchObject({ reason: 'record-too-large' });
  });
});

describe('what waits to be folded', () => {
  const record = (offset: number, bytes: number): SourceRecord => ({
    ...{ aggregate: 'orders', topic: 't', partition: 0, offset, timestamp: 0, key: null, headers: {} },
    value: Buffer.alloc(bytes),
  });

  it('is counted in bytes, and given out by bytes, one at least', async () => {
    const queue = new RecordQueue();
    queue.put([record(0, 600), record(1, 600), record(2, 5_000), record(3, 100)]);
    queue.put([record(4, 100)]);
    expect(queue.bytes).toBe(6_400);
    const taken: number[][] = [];
    while (queue.size > 0) {
      taken.push((await queue.take({ records: 3, bytes: 1_300 }, 0)).map(({ offset }) => offset));
    }
    expect(taken).toEqual([[0, 1], [2], [3, 4]]);
    expect(queue.bytes).toBe(0);
  });

  it('counts keys and headers, too', () => {
    const headers = { name: [Buffer.alloc(10), 'abc'], other: undefined };
    expect(contentBytes({ key: Buffer.alloc(5), value: null, headers })).toBe(5 + 4 + 13 + 5);
  });
});
