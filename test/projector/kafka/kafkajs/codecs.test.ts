import kafkajs from 'kafkajs';
import { compress } from 'snappy';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerCodecs } from '../../../../runtime/kafkajs/codecs.js';
import { pollAll } from '../event-source.suite.js';
import { type Ground, openGround } from '../ground.js';

const { CompressionCodecs, CompressionTypes } = kafkajs;
const VALUES = Array.from(
  { length: 500 },
  (_, i) => `value ${i}, ${'long enough to be worth compressing, '.repeat(20)}`,
);
const TYPES: readonly (readonly [string, keyof typeof CompressionCodecs])[] = [
  ['gzip', CompressionTypes.GZIP],
  ['snappy', CompressionTypes.Snappy],
  ['lz4', CompressionTypes.LZ4],
  ['zstd', CompressionTypes.ZSTD],
];

let ground: Ground;

beforeAll(async () => {
  await registerCodecs();
  ground = await openGround('kafka-codecs');
});

afterAll(() => ground.remove());

async function valuesOf(topic: string): Promise<string[]> {
  const source = ground.sourceOf(topic);
  const running = source.run();
  const records = await pollAll(source, VALUES.length, 1000);
  await source.stop();
  await running;
  return records.map(({ value }) => String(value));
}

/** How often kafkajs asks for the codec from now on. */
function countUses(type: keyof typeof CompressionCodecs): () => number {
  const codec = CompressionCodecs[type];
  let uses = 0;
  CompressionCodecs[type] = () => {
    uses += 1;
    return codec();
  };
  return () => uses;
}

describe('compressed batches', () => {
  // The broker compresses by itself what comes in otherwise, as a producer in Java does.
  it.each(TYPES)('are read when they are compressed with %s', async (name, type) => {
    const topic = await ground.newTopic(1, { 'compression.type': name });
    await ground.producer.send({ topic, messages: VALUES.map((value) => ({ value })) });
    const uses = countUses(type);
    expect(await valuesOf(topic)).toEqual(VALUES);
    expect(uses()).toBeGreaterThan(0);
  });

  it('are read when they are compressed with snappy as one bare block, as librdkafka does', async () => {
    const topic = await ground.newTopic(1, { 'compression.type': 'producer' });
    const codec = CompressionCodecs[CompressionTypes.Snappy];
    CompressionCodecs[CompressionTypes.Snappy] = () => ({
      ...codec(),
      compress: ({ buffer }: { buffer: Buffer }) => compress(buffer),
    });
    await ground.producer.send({
      topic,
      compression: CompressionTypes.Snappy,
      messages: VALUES.map((value) => ({ value })),
    });
    expect(await valuesOf(topic)).toEqual(VALUES);
  });

  it('stop the start with a sentence when the package for one is missing', async () => {
    const load = async () => import('a-package-that-is-not-there' as string);
    await expect(registerCodecs([{ name: 'lz4', type: 3, load }])).rejects.toThrow(
      /^Batches compressed with lz4 .* could not be read: .*npm ci\.$/,
    );
  });
});
