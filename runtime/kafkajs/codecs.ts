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
import { type ZstdFrame, zstdFrames } from './zstd-frames.js';

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
}
type ZlibInflate = (compressed: Buffer, options: ZlibOptions) => Promise<Buffer>;

const { CompressionCodecs, CompressionTypes } = kafkajs;
const gzip = promisify(zlib.gzip);

/** In the order of Kafka's numbers for them. */
const CODECS: readonly Codec[] = [
  { name: 'gzip', type: CompressionTypes.GZIP, load: async () => withinZlib(promisify(zlib.unzip) as ZlibInflate) },
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
          assertWithin(frame.declaredBytes, bytesMax, ZSTD_WINDOW_BYTES);
          const content = await inflate(frame, bytesMax - bytes);
          bytes += content.length;
          inflated.push(content);
        }
        return inflated.length === 1 && inflated[0] !== undefined ? inflated[0] : Buffer.concat(inflated);
      };
    },
  },
];

/** Common whatever the content. */
const ZSTD_WINDOW_BYTES = 8 * 1024 * 1024;

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

/** `common`: so much may be asked for whatever the limit. */
function assertWithin(bytes: number, bytesMax: number, common = 0): void {
  if (bytes > Math.max(bytesMax, common)) throw BatchTooLarge.inBytes(bytesMax);
}

function withinZlib(inflate: ZlibInflate): Inflate {
  return async (compressed, bytesMax) => {
    try {
      return await inflate(compressed, { maxOutputLength: bytesMax });
    } catch (error) {
      if (error instanceof RangeError && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') {
        throw BatchTooLarge.inBytes(bytesMax);
      }
      throw error;
    }
  };
}

type InflateFrame = (frame: ZstdFrame, bytesMax: number) => Promise<Buffer>;

/** Node has zstd from 22.15 on. */
function zstdOfNode(): InflateFrame | null {
  if (!('zstdDecompress' in zlib) || typeof zlib.zstdDecompress !== 'function') return null;
  const inflate = withinZlib(promisify(zlib.zstdDecompress) as ZlibInflate);
  return ({ frame }, bytesMax) => inflate(frame, bytesMax);
}

/** It has no limit of its own. Where the headers do not tell that all is well it goes block by block, which is slower. */
async function zstdOfPackage(): Promise<InflateFrame> {
  const { Decompress, decompress } = await import('fzstd');
  return async ({ frame, bytesMost }, bytesMax) => {
    if (bytesMost <= bytesMax) return Buffer.from(decompress(frame));
    const pieces: Uint8Array[] = [];
    let bytes = 0;
    const stream = new Decompress((piece) => {
      bytes += piece.length;
      assertWithin(bytes, bytesMax);
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
