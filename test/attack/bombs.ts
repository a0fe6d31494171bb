/** What is small in Kafka and large in memory, by Kafka's number of the codec. */
import { gzipSync } from 'node:zlib';
import { compressFrameSync } from 'lz4-napi';
import { compressSync } from 'snappy';

export const ZSTD_BLOCK_BYTES = 128 * 1024;

export interface Bomb {
  readonly name: string;
  readonly codec: number;
  readonly content: Buffer;
}

/** They inflate to so many bytes, or say that they need as much. */
export function bombs(bytes: number): readonly Bomb[] {
  const zeros = Buffer.alloc(bytes);
  const lz4 = compressFrameSync(zeros);
  return [
    { name: 'gzip', codec: 1, content: gzipSync(zeros) },
    {
      name: 'gzip in many members',
      codec: 1,
      content: Buffer.concat(Array(64).fill(gzipSync(zeros.subarray(0, bytes / 64)))),
    },
    { name: 'snappy', codec: 2, content: compressSync(zeros) },
    { name: 'snappy in frames', codec: 2, content: snappyFrames(compressSync(zeros.subarray(0, bytes / 64)), 64) },
    { name: 'lz4', codec: 3, content: lz4 },
    { name: 'zstd', codec: 4, content: zstdRepeated(bytes) },
    { name: 'zstd after what is skipped', codec: 4, content: Buffer.concat([SKIPPED, zstdRepeated(bytes)]) },
    { name: 'zstd that asks for a window', codec: 4, content: zstdFrame(0x00, [0x15 << 3], [[1, 10]]) },
    { name: 'zstd that declares its content', codec: 4, content: zstdFrame(0xa0, [0, 0, 0, 0x7f], [[1, 10]]) },
  ];
}

const SKIPPED = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4]);

export function snappyFrames(block: Buffer, count: number): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(block.length);
  const head = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]);
  return Buffer.concat([head, ...Array(count).fill(Buffer.concat([length, block]))]);
}

/** One byte, as often as a block may say: four bytes for 128 KiB. A window of 1 MiB. */
function zstdRepeated(bytes: number): Buffer {
  const blocks = Array.from({ length: bytes / ZSTD_BLOCK_BYTES }, () => [1, ZSTD_BLOCK_BYTES] as const);
  return zstdFrame(0x00, [10 << 3], blocks);
}

/** Blocks of a type and size, each of one zero byte. */
export function zstdFrame(
  descriptor: number,
  fields: number[],
  blocks: readonly (readonly [number, number])[],
): Buffer {
  const written = blocks.map(([type, size], i) => {
    const header = Buffer.alloc(4);
    header.writeUIntLE((size << 3) | (type << 1) | (i === blocks.length - 1 ? 1 : 0), 0, 3);
    return header;
  });
  return Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, descriptor, ...fields]), ...written]);
}
