/**
 * What inflating Zstandard frames takes, told from their headers: a few bytes may ask for a window of gigabytes.
 * https://www.rfc-editor.org/rfc/rfc8878#section-3.1
 */
const MAGIC = 0xfd2f_b528;
const SKIPPABLE_MAGIC = 0x184d_2a50;
const MAGIC_BYTES = 4;
const BLOCK_HEADER_BYTES = 3;
export const BLOCK_BYTES_MAX = 128 * 1024;
const CHECKSUM_BYTES = 4;
const RAW = 0;
const REPEATED = 1;

export interface ZstdFrame {
  readonly frame: Buffer;
  /** What is kept at hand while it is inflated, as far as it is filled. 0: no more than the content. */
  readonly windowBytes: number;
  /** The size that it declares; 0: none. */
  readonly contentBytes: number;
  /** What its blocks can give together: no more than this, maybe far less. */
  readonly bytesMost: number;
}

/**
 * One by one, since not everything that inflates goes on behind the first. What is to be skipped is left out, and what
 * follows the last one, too.
 */
export function* zstdFrames(compressed: Buffer): Generator<ZstdFrame> {
  for (let at = 0; at + 2 * MAGIC_BYTES <= compressed.length; ) {
    const magic = compressed.readUInt32LE(at);
    if ((magic & ~0x0f) === SKIPPABLE_MAGIC) {
      at += 2 * MAGIC_BYTES + compressed.readUInt32LE(at + MAGIC_BYTES);
      continue;
    }
    if (magic !== MAGIC) return;
    const { windowBytes, contentBytes, end, checksumBytes } = headOf(compressed, at + MAGIC_BYTES);
    const blocks = blocksAt(compressed, end);
    const next = blocks.end + checksumBytes;
    yield { frame: compressed.subarray(at, next), windowBytes, contentBytes, bytesMost: blocks.bytesMost };
    at = next;
  }
}

function blocksAt(compressed: Buffer, from: number): { bytesMost: number; end: number } {
  let bytesMost = 0;
  for (let at = from; ; ) {
    if (at + BLOCK_HEADER_BYTES > compressed.length) return { bytesMost, end: compressed.length };
    const block = compressed.readUIntLE(at, BLOCK_HEADER_BYTES);
    const [type, size] = [(block >> 1) & 3, block >> 3];
    bytesMost += type === RAW || type === REPEATED ? size : BLOCK_BYTES_MAX;
    at += BLOCK_HEADER_BYTES + (type === REPEATED ? 1 : size);
    if ((block & 1) === 1) return { bytesMost, end: at };
  }
}

const WINDOW_POSITION = MAGIC_BYTES + 1;
const WINDOW_LOG_MIN = 10;

/** The frame with a window that is no larger than is needed for so much content; nothing refers to before the content. */
export function withWindowFor(contentBytes: number, { frame, windowBytes }: ZstdFrame): Buffer {
  const log = Math.max(WINDOW_LOG_MIN, Math.ceil(Math.log2(Math.max(1, contentBytes))));
  if (windowBytes <= 2 ** log) return frame;
  const narrowed = Buffer.from(frame);
  narrowed.writeUInt8((log - WINDOW_LOG_MIN) << 3, WINDOW_POSITION);
  return narrowed;
}

interface FrameHead extends Pick<ZstdFrame, 'windowBytes' | 'contentBytes'> {
  readonly end: number;
  readonly checksumBytes: number;
}

function headOf(frames: Buffer, at: number): FrameHead {
  const descriptor = frames.readUInt8(at);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const checksumBytes = (descriptor & 0x04) === 0 ? 0 : CHECKSUM_BYTES;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  const sizeAt = at + 1 + (isSingleSegment ? 0 : 1) + dictionaryBytes;
  const end = sizeAt + sizeBytes;
  if (end > frames.length) return { windowBytes: 0, contentBytes: 0, end, checksumBytes };
  const windowBytes = isSingleSegment ? 0 : windowOf(frames.readUInt8(at + 1));
  return { windowBytes, contentBytes: contentOf(frames, sizeAt, sizeBytes), end, checksumBytes };
}

function windowOf(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

function contentOf(frames: Buffer, at: number, bytes: number): number {
  if (bytes === 0) return 0;
  if (bytes === 8) return Number(frames.readBigUInt64LE(at));
  return frames.readUIntLE(at, bytes) + (bytes === 2 ? 256 : 0);
}
