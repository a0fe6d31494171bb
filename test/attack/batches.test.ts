/** Batches that are small in Kafka and large in memory: they are told, never inflated, and what is around them comes. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import kafkajs from 'kafkajs';
import { compressFrameSync } from 'lz4-napi';
import { compressSync } from 'snappy';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { decode } from '../../mappings/events/decode.js';
import { contentBytes, EVENT_BYTES_MAX, HEADER_BYTES } from '../../mappings/events/size.js';
import { RecordQueue } from '../../projector/kafka/record-queue.js';
import type { SourceRecord } from '../../projector/ports/events.js';
import type { FetchedRecord } from '../../runtime/kafkajs/aborted-records.js';
import { DEFAULT_BATCH_LIMITS, limitBatches, RECORD_HEADERS_MAX } from '../../runtime/kafkajs/batch-limits.js';
import { registerCodecs } from '../../runtime/kafkajs/codecs.js';
import { repairFetchedBatches } from '../../runtime/kafkajs/fetched-batches.js';
import { bombs, snappyFrames, ZSTD_BLOCK_BYTES, zstdFrame } from './bombs.js';
import type { Inflated } from './inflating.js';
import { nodes } from './nodes.js';
import { batchBytes, fetched, oldMessage, type WrittenBatch } from './record-batches.js';

const MIB = 1024 * 1024;
const LIMIT = MIB;
const BOMB = 64 * MIB;
const GZIP = 1;

beforeAll(async () => {
  repairFetchedBatches();
  await registerCodecs();
});

beforeEach(() => limitBatches({ ...DEFAULT_BATCH_LIMITS, bytesMax: LIMIT, recordsMax: 1_000 }));
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

describe('a batch that Kafka took and that cannot be read', () => {
  const compressed = (codec: number, content: (records: Buffer) => Buffer) =>
    batchBytes({ firstOffset: 1, records: [{ value: 'x' }, { value: 'y' }], compressed: { codec, content } });
  const [SNAPPY, LZ4, ZSTD] = [2, 3, 4];
  const corrupted = (bytes: Buffer, at: number) => {
    const copy = Buffer.from(bytes);
    copy.writeUInt8(copy.readUInt8(at) ^ 0xff, at);
    return copy;
  };
  const lz4WithWrongChecksum = (records: Buffer) => {
    const frame = compressFrameSync(records);
    frame.writeUInt8(frame.readUInt8(4) | 0x04, 4);
    return Buffer.concat([frame, Buffer.alloc(4)]);
  };

  it.each<[string, Buffer]>([
    [
      'gzip with rubbish behind it',
      compressed(GZIP, (records) => Buffer.concat([gzipSync(records), Buffer.from('rubbish')])),
    ],
    ['gzip that is cut off', compressed(GZIP, (records) => gzipSync(records).subarray(0, -12))],
    ['no gzip', compressed(GZIP, () => Buffer.from('rubbish'))],
    ['no snappy', compressed(SNAPPY, () => Buffer.from('rubbish'))],
    ['no lz4', compressed(LZ4, () => Buffer.from('rubbish'))],
    ['lz4 with the wrong checksum', compressed(LZ4, lz4WithWrongChecksum)],
    ['no zstd', compressed(ZSTD, () => Buffer.from('rubbish'))],
    ['a broken frame of zstd', compressed(ZSTD, () => zstdFrame(0x00, [0], [[3, 10]]))],
    ['an unknown codec', compressed(7, (records) => records)],
    ['records that are cut off', compressed(0, (records) => records.subarray(0, -1))],
    ['a record whose parts are longer than it', compressed(0, (records) => corrupted(records, 4))],
    ['fewer records than it says', batchBytes({ firstOffset: 1, records: [{ value: 'x' }, { value: 'y' }], count: 3 })],
    [
      'offsets behind its range',
      batchBytes({ firstOffset: 1, records: [{ value: 'x' }, { value: 'y' }], deltas: [0, 7] }),
    ],
    ['offsets that go back', batchBytes({ firstOffset: 1, records: [{ value: 'x' }, { value: 'y' }], deltas: [1, 0] })],
  ])('is told at its last offset, between those that come: %s', async (_, batch) => {
    const records = (await fetched([[plain(0, 'a'), batch, plain(3, 'b')]])).get(0);
    const next = (await fetched([[plain(3, 'b')]])).get(0);
    expect(told([...(records ?? []).slice(0, 2), ...(next ?? [])])).toEqual([
      [0, 'a'],
      [2, 'batch-unreadable'],
      [3, 'b'],
    ]);
    const [, unread] = records ?? [];
    expect(unread?.unread?.detail).toMatch(
      /^The batch of [23] record\(s\) with the offsets 1 to 2, of \d+ bytes in Kafka, cannot be read: .+[^.]\.$/,
    );
  });

  it('is no batch that a fetch cuts off: that comes with the next one', async () => {
    const batch = compressed(GZIP, () => Buffer.from('rubbish'));
    for (const bytes of [batch.length - 1, 61, 60, 17, 16, 1]) {
      expect(told((await fetched([[plain(0, 'a'), batch.subarray(0, bytes)]])).get(0))).toEqual([[0, 'a']]);
    }
  });

  it('is the fault of the machine, not of the batch, when there is no memory', async () => {
    const codec = kafkajs.CompressionCodecs[GZIP];
    const failure = Object.assign(new Error('insufficient memory'), { code: 'Z_MEM_ERROR' });
    kafkajs.CompressionCodecs[GZIP] = () => ({ ...codec(), decompress: () => Promise.reject(failure) });
    try {
      await expect(fetched([[zipped(0, 'a')]])).rejects.toBe(failure);
    } finally {
      kafkajs.CompressionCodecs[GZIP] = codec;
    }
  });
});

describe("what Kafka's own clients read", () => {
  const read = async (codec: number, content: (records: Buffer) => Buffer, value = 'x') =>
    told(
      (await fetched([[batchBytes({ firstOffset: 0, records: [{ value }], compressed: { codec, content } })]])).get(0),
    );

  it('is read: snappy in several streams, one behind the other', async () => {
    const streams = (records: Buffer) =>
      Buffer.concat([
        snappyFrames(compressSync(records.subarray(0, 3)), 1),
        snappyFrames(compressSync(records.subarray(3)), 1),
      ]);
    expect(await read(2, streams)).toEqual([[0, 'x']]);
  });

  it('is read: an empty frame behind one that takes all that the limit permits', async () => {
    const ofZeros = zstdFrame(
      0x00,
      [7 << 3],
      Array.from({ length: LIMIT / ZSTD_BLOCK_BYTES }, () => [1, ZSTD_BLOCK_BYTES] as const),
    );
    const empty = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x20, 0, 1, 0, 0]);
    // A record of zeros is none: that it gets so far is what is tried.
    const [[, reason] = []] = await read(4, () => Buffer.concat([ofZeros, empty]));
    expect(reason).toBe('batch-unreadable');
    const { decompress } = kafkajs.CompressionCodecs[4]() as { decompress(compressed: Buffer): Promise<Buffer> };
    expect(await decompress(Buffer.concat([ofZeros, empty]))).toHaveLength(LIMIT);
    const one = zstdFrame(0x00, [0], [[1, 1]]);
    await expect(decompress(Buffer.concat([ofZeros, one]))).rejects.toThrow(
      'more than 1048576 bytes (KAFKA_BATCH_BYTES_MAX)',
    );
  });
});

describe('messages of the formats before Kafka 0.11', () => {
  const values = ['a', 'b', 'c'];
  const inner = (magic: 0 | 1, first: number) =>
    Buffer.concat(values.map((value, i) => oldMessage({ magic, offset: magic === 0 ? first + i : i, value })));
  const set = (magic: 0 | 1, codec: number, content: Buffer) =>
    oldMessage({ magic, offset: 7, attributes: codec, value: content });

  it.each([0, 1] as const)(
    'are read, compressed or not, in a log that goes on with batches: format %s',
    async (magic) => {
      const bytes = [
        oldMessage({ magic, offset: 4, value: 'plain' }),
        set(magic, GZIP, gzipSync(inner(magic, 5))),
        plain(8, 'new'),
      ];
      expect(told((await fetched([bytes])).get(0))).toEqual([
        [4, 'plain'],
        [5, 'a'],
        [6, 'b'],
        [7, 'c'],
        [8, 'new'],
      ]);
    },
  );

  it.each<[string, string, Buffer]>([
    ['larger than the limit', 'batch-too-large', gzipSync(Buffer.alloc(BOMB))],
    [
      'of more messages than are read',
      'batch-too-large',
      gzipSync(Buffer.alloc(26 * 1_001, oldMessage({ magic: 0, offset: 0, value: null }))),
    ],
    ['not compressed at all', 'batch-unreadable', Buffer.from('rubbish')],
    ['cut off inside', 'batch-unreadable', gzipSync(inner(1, 5).subarray(0, -1))],
    ['empty', 'batch-unreadable', gzipSync(Buffer.alloc(0))],
    ['nested', 'batch-unreadable', gzipSync(set(1, GZIP, gzipSync(inner(1, 5))))],
  ])('are told in one when what they hold is %s', async (_, reason, content) => {
    expect(told((await fetched([[set(1, GZIP, content)]])).get(0))).toEqual([[7, reason]]);
    expect(told((await fetched([[set(1, GZIP, content).subarray(0, -1)]])).get(0))).toEqual([]);
  });
});

describe('headers, which take two hundred bytes for two', () => {
  const NAMELESS = Array.from({ length: RECORD_HEADERS_MAX }, () => ['', ''] as const);
  const crowded = (firstOffset: number, count: number) =>
    batchBytes({
      firstOffset,
      records: Array.from({ length: count }, () => ({ headers: NAMELESS })),
      compressed: { codec: GZIP, content: (records) => gzipSync(records) },
    });

  it('are counted over the batch, and it is told before they are made', async () => {
    limitBatches(DEFAULT_BATCH_LIMITS);
    const batch = crowded(0, 1_000);
    expect(batch.length).toBeLessThan(50_000);
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    const records = (await fetched([[batch]])).get(0);
    expect(told(records)).toEqual([[999, 'batch-too-large']]);
    expect(records?.[0]?.unread?.detail).toMatch(/more than 500000 headers together \(KAFKA_BATCH_HEADERS_MAX\)/);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(400 * MIB);
  });

  it('are counted over the fetch', async () => {
    limitBatches({ ...DEFAULT_BATCH_LIMITS, bytesMax: LIMIT });
    const records = (await fetched([[crowded(0, 20), crowded(20, 20), crowded(40, 20)]])).get(0);
    expect(records).toHaveLength(20);
  });

  it('of as many as are permitted come', async () => {
    limitBatches({ ...DEFAULT_BATCH_LIMITS, headersMax: 3_000 });
    expect((await fetched([[crowded(0, 3)]])).get(0)?.map(({ unread }) => unread)).toEqual(Array(3).fill(undefined));
    expect(told((await fetched([[crowded(0, 4)]])).get(0))).toEqual([[3, 'batch-too-large']]);
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
    // What the highest level asks for, whatever the content: it is given, and takes no memory.
    const harmless = { name: 'zstd of level 22', codec: 4, content: zstdFrame(0x00, [17 << 3], [[1, 10]]) };
    const all = [...bombs(BOMB), harmless];
    await writeFile(file, JSON.stringify(all.map((bomb) => ({ ...bomb, content: bomb.content.toString('base64') }))));
    for (const { binary, major } of await nodes()) {
      const program = path.join(import.meta.dirname, 'inflating.ts');
      const { stdout } = await promisify(execFile)(binary, ['--import', 'tsx', program, file, String(LIMIT)]);
      const inflated = JSON.parse(stdout) as Inflated[];
      expect(inflated.map(({ name, outcome }) => [major, name, outcome])).toEqual(
        all.map((one) => [major, one.name, one === harmless ? '10 bytes' : 'BatchTooLarge']),
      );
      for (const { name, grownBytes } of inflated) expect(grownBytes, `${name}, Node ${major}`).toBeLessThan(BOMB / 2);
    }
    await rm(folder, { recursive: true });
  });

  it('comes when it is just within it', async () => {
    limitBatches({ ...DEFAULT_BATCH_LIMITS, bytesMax: BOMB + 1_000, recordsMax: 1 });
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
    const headers = { name: [Buffer.alloc(10), null, 'abc'], other: undefined };
    expect(contentBytes({ key: Buffer.alloc(5), value: null, headers })).toBe(5 + 4 + 13 + 5 + 3 * HEADER_BYTES);
  });
});
