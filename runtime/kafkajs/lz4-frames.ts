/**
 * How much an LZ4 frame takes once it is inflated, told without inflating it: the package that inflates knows no limit.
 * https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md and lz4_Block_format.md
 */
const MAGIC = 0x184d2204;
const MAGIC_BYTES = 4;
const DESCRIPTOR_BYTES = 3;
const SIZE_BYTES = 4;
const CHECKSUM_BYTES = 4;
const STORED = 0x8000_0000;

export interface Lz4Frame {
  /** The first frame alone. Kafka reads no further, and nobody has checked what follows. */
  readonly frame: Buffer;
  /** What it takes inflated. More than the limit only when it does exceed it. */
  readonly bytes: number;
}

/** @throws Error when it does not begin with a frame. */
export function firstLz4Frame(compressed: Buffer, bytesMax: number): Lz4Frame {
  if (compressed.length < MAGIC_BYTES + DESCRIPTOR_BYTES || compressed.readUInt32LE(0) !== MAGIC) {
    throw new Error('A batch compressed with lz4 does not begin with a frame of it.');
  }
  // Looking at every sequence is for frames of which the sizes of their blocks do not tell enough.
  const most = walk(compressed, (_, blockBytesMax) => blockBytesMax);
  return most.bytes <= bytesMax ? most : walk(compressed, inflatedBytes);
}

function walk(compressed: Buffer, bytesOf: (block: Buffer, blockBytesMax: number) => number): Lz4Frame {
  const flags = compressed.readUInt8(MAGIC_BYTES);
  const blockBytesMax = 2 ** (8 + 2 * ((compressed.readUInt8(MAGIC_BYTES + 1) >> 4) & 0x07));
  const blockChecksum = (flags & 0x10) === 0 ? 0 : CHECKSUM_BYTES;
  const contentChecksum = (flags & 0x04) === 0 ? 0 : CHECKSUM_BYTES;
  let at = MAGIC_BYTES + DESCRIPTOR_BYTES + ((flags & 0x08) === 0 ? 0 : 8) + ((flags & 0x01) === 0 ? 0 : 4);
  let bytes = 0;
  while (at + SIZE_BYTES <= compressed.length) {
    const head = compressed.readUInt32LE(at);
    at += SIZE_BYTES;
    if (head === 0) return { frame: compressed.subarray(0, at + contentChecksum), bytes };
    const size = head % STORED;
    bytes += head >= STORED ? size : bytesOf(compressed.subarray(at, at + size), blockBytesMax);
    at += size + blockChecksum;
  }
  return { frame: compressed, bytes };
}

/** A block is sequences: literals that stand there, then a match that repeats what is before. */
function inflatedBytes(block: Buffer, blockBytesMax: number): number {
  let bytes = 0;
  let at = 0;
  const lengthFrom = (nibble: number): number => {
    let length = nibble;
    for (let more = nibble === 15 ? 255 : 0; more === 255 && at < block.length; at += 1) {
      more = block[at] ?? 0;
      length += more;
    }
    return length;
  };
  while (at < block.length && bytes < blockBytesMax) {
    const token = block[at] ?? 0;
    at += 1;
    const literals = lengthFrom(token >> 4);
    bytes += literals;
    at += literals;
    // The last sequence of a block has no match.
    if (at >= block.length) break;
    at += 2;
    bytes += lengthFrom(token & 0x0f) + 4;
  }
  return Math.min(bytes, blockBytesMax);
}
