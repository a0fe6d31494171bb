/**
 * What producers may compress with. kafkajs knows gzip only, inflates it however large it becomes, and its consumer dies
 * on the first batch of another kind. Reading is all that is needed here: the projector's own records are small and go
 * uncompressed.
 */
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import kafkajs from 'kafkajs';
import { BatchTooLarge, batchLimits } from './batch-limits.js';
import { firstLz4Frame } from './lz4-frames.js';
import { snappyBlocks, snappyBytesOf } from './snappy-frames.js';
import { BLOCK_BYTES_MAX, withWindowFor, type ZstdFrame, zstdFrames } from './zstd-frames.js';

/** @throws BatchTooLarge before more than about `bytesMax` bytes are taken. */
type Inflate = (compressed: Buffer, bytesMax: number) => Promise<Buffer>;

interface Codec {
  readonly name: string;
  readonly type: keyof typeof kafkajs.CompressionCodecs;
  /** Rejects when the package, or its binary for this platform, is not there. */
  load(): Promise<Inflate>;
}

interface ZlibOptions {
  readonly maxOutputLength: number;
  /** Of Zstandard, by their numbers. */
  readonly params: Readonly<Record<number, number>>;
}
type ZlibInflate = (compressed: Buffer, options: ZlibOptions) => Promise<Buffer>;

const { CompressionCodecs, CompressionTypes } = kafkajs;
const gzip = promisify(zlib.gzip);

/** In the order of Kafka's numbers for them. */
const CODECS: readonly Codec[] = [
  { name: 'gzip', type: CompressionTypes.GZIP, load: async () => gzipOfNode() },
  {
    name: 'snappy',
    type: CompressionTypes.Snappy,
    async load() {
      const { uncompress } = await import('snappy');
      return async (compressed, bytesMax) => {
        const blocks = snappyBlocks(compressed);
        assertWithin(
          blocks.reduce((sum, block) => sum + snappyBytesOf(block), 0),
          bytesMax,
        );
        const inflated: Buffer[] = [];
        for (const block of blocks) inflated.push(Buffer.from(await uncompress(block)));
        return inflated.length === 1 && inflated[0] !== undefined ? inflated[0] : Buffer.concat(inflated);
      };
    },
  },
  {
    name: 'lz4',
    type: CompressionTypes.LZ4,
    async load() {
      const { decompressFrame } = await import('lz4-napi');
      return async (compressed, bytesMax) => {
        const { frame, bytes } = firstLz4Frame(compressed, bytesMax);
        assertWithin(bytes, bytesMax);
        return decompressFrame(frame);
      };
    },
  },
  {
    name: 'zstd',
    type: CompressionTypes.ZSTD,
    async load() {
      const inflate = zstdOfNode() ?? (await zstdOfPackage());
      return async (compressed, bytesMax) => {
        const inflated: Buffer[] = [];
        let bytes = 0;
        for (const frame of zstdFrames(compressed)) {
          assertWithin(frame.contentBytes, bytesMax);
          assertWindow(frame.windowBytes, bytesMax);
          const content = await inflate(frame, bytesMax - bytes, bytesMax);
          bytes += content.length;
          assertWithin(bytes, bytesMax);
          inflated.push(content);
        }
        return inflated.length === 1 && inflated[0] !== undefined ? inflated[0] : Buffer.concat(inflated);
      };
    },
  },
];

/**
 * What the highest level takes whatever the content, and whatever the limit: what is not inflated into it takes no memory.
 * More is for who raises the limit.
 */
const ZSTD_WINDOW_BYTES = 128 * 1024 * 1024;

/**
 * Registers all codecs with kafkajs.
 * @throws Error that names the codecs which cannot be loaded: better at the start than at the first such batch.
 */
export async function registerCodecs(codecs: readonly Codec[] = CODECS): Promise<void> {
  const missing: string[] = [];
  for (const { name, type, load } of codecs) {
    try {
      const inflate = await load();
      const decompress = (compressed: Buffer) => inflate(compressed, batchLimits().bytesMax);
      const compress = type === CompressionTypes.GZIP ? compressGzip : () => refuseToCompress(name);
      CompressionCodecs[type] = () => ({ decompress, compress });
    } catch (error) {
      missing.push(`${name} (${error instanceof Error ? firstLine(error.message) : String(error)})`);
    }
  }
  if (missing.length === 0) return;
  throw new Error(
    `Batches compressed with ${missing.join(', ')} could not be read: the package for it is missing or was not made ` +
      'for this platform. Install the packages anew on this machine, optional ones included: npm ci.',
  );
}

function assertWithin(bytes: number, bytesMax: number): void {
  if (bytes > bytesMax) throw BatchTooLarge.inBytes(bytesMax);
}

function assertWindow(bytes: number, bytesMax: number): void {
  const windowMax = Math.max(ZSTD_WINDOW_BYTES, bytesMax);
  if (bytes > windowMax) throw BatchTooLarge.inWindow(bytes, windowMax);
}

/** `roomBytes`: what is left of the limit. */
type InflateWithin = (compressed: Buffer, roomBytes: number, bytesMax: number) => Promise<Buffer>;

function withinZlib(inflate: ZlibInflate, params: ZlibOptions['params'] = {}): InflateWithin {
  return async (compressed, roomBytes, bytesMax) => {
    try {
      // It takes no 0. Whoever asks for the rest of a limit looks at the sum, too.
      return await inflate(compressed, { maxOutputLength: Math.max(1, roomBytes), params });
    } catch (error) {
      if (error instanceof RangeError && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') {
        throw BatchTooLarge.inBytes(bytesMax);
      }
      throw error;
    }
  };
}

function gzipOfNode(): Inflate {
  const inflate = withinZlib(promisify(zlib.unzip) as ZlibInflate);
  return (compressed, bytesMax) => inflate(compressed, bytesMax, bytesMax);
}

type InflateFrame = (frame: ZstdFrame, roomBytes: number, bytesMax: number) => Promise<Buffer>;

/** Node refuses larger windows than 128 MiB unless it is told otherwise; here they are judged before. */
const ZSTD_WINDOW_LOG_MAX = { 100: 31 };

/** Node has zstd from 22.15 on. */
function zstdOfNode(): InflateFrame | null {
  if (!('zstdDecompress' in zlib) || typeof zlib.zstdDecompress !== 'function') return null;
  const inflate = withinZlib(promisify(zlib.zstdDecompress) as ZlibInflate, ZSTD_WINDOW_LOG_MAX);
  return ({ frame }, roomBytes, bytesMax) => inflate(frame, roomBytes, bytesMax);
}

/** It has no limit of its own. Where the headers do not tell that all is well it goes block by block, which is slower. */
async function zstdOfPackage(): Promise<InflateFrame> {
  const { Decompress, decompress } = await import('fzstd');
  return async (given, roomBytes, bytesMax) => {
    const { bytesMost } = given;
    // It takes the whole window at once, and moves it with every block.
    const frame = withWindowFor(Math.min(bytesMost, roomBytes + BLOCK_BYTES_MAX), given);
    if (bytesMost <= roomBytes) return Buffer.from(decompress(frame));
    const pieces: Uint8Array[] = [];
    let bytes = 0;
    const stream = new Decompress((piece) => {
      bytes += piece.length;
      if (bytes > roomBytes) throw BatchTooLarge.inBytes(bytesMax);
      // A piece of a few bytes lies in memory for the largest that a block may be.
      pieces.push(Uint8Array.from(piece));
    });
    stream.push(frame, true);
    return Buffer.concat(pieces);
  };
}

function compressGzip({ buffer }: { readonly buffer: Buffer }): Promise<Buffer> {
  return gzip(buffer);
}

async function refuseToCompress(name: string): Promise<never> {
  throw new Error(`This process does not compress with ${name}: leave the producer's compression out, or take gzip.`);
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
