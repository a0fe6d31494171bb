/**
 * What producers may compress with. kafkajs knows gzip only, and its consumer dies on the first batch of another kind.
 * Reading is all that is needed here: the projector's own records are small and go uncompressed.
 */
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import kafkajs from 'kafkajs';
import { unframed } from './snappy-frames.js';

type Decompress = (compressed: Buffer) => Promise<Buffer>;

interface Codec {
  readonly name: string;
  readonly type: keyof typeof kafkajs.CompressionCodecs;
  /** Rejects when the package, or its binary for this platform, is not there. */
  load(): Promise<Decompress>;
}

const { CompressionCodecs, CompressionTypes } = kafkajs;

const CODECS: readonly Codec[] = [
  {
    name: 'snappy',
    type: CompressionTypes.Snappy,
    async load() {
      const { uncompress } = await import('snappy');
      return (compressed) => unframed(compressed, async (block) => Buffer.from(await uncompress(block)));
    },
  },
  {
    name: 'lz4',
    type: CompressionTypes.LZ4,
    async load() {
      const { decompressFrame } = await import('lz4-napi');
      return decompressFrame;
    },
  },
  { name: 'zstd', type: CompressionTypes.ZSTD, load: async () => zstdOfNode() ?? (await zstdOfPackage()) },
];

/**
 * Registers all codecs with kafkajs.
 * @throws Error that names the codecs which cannot be loaded: better at the start than at the first such batch.
 */
export async function registerCodecs(codecs: readonly Codec[] = CODECS): Promise<void> {
  const missing: string[] = [];
  for (const { name, type, load } of codecs) {
    try {
      const decompress = await load();
      CompressionCodecs[type] = () => ({ decompress, compress: () => refuseToCompress(name) });
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

/** Node has zstd from 22.15 on. */
function zstdOfNode(): Decompress | null {
  if (!('zstdDecompress' in zlib) || typeof zlib.zstdDecompress !== 'function') return null;
  return promisify(zlib.zstdDecompress as (input: Buffer, done: (error: Error | null, output: Buffer) => void) => void);
}

async function zstdOfPackage(): Promise<Decompress> {
  const { decompress } = await import('fzstd');
  return async (compressed) => Buffer.from(decompress(compressed));
}

async function refuseToCompress(name: string): Promise<never> {
  throw new Error(`This process does not compress with ${name}: leave the producer's compression out, or take gzip.`);
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
