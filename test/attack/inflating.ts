/** A program: inflates the bombs of a file, and says for each what became of it and how much memory it took at its height. */
import { readFileSync } from 'node:fs';
import kafkajs from 'kafkajs';
import { DEFAULT_BATCH_LIMITS, limitBatches } from '../../runtime/kafkajs/batch-limits.js';
import { registerCodecs } from '../../runtime/kafkajs/codecs.js';

export interface Inflated {
  readonly name: string;
  /** The error's name; of what was inflated all the same, its bytes. */
  readonly outcome: string;
  readonly grownBytes: number;
}

const [file = '', bytesMax = ''] = process.argv.slice(2);
const bombs = JSON.parse(readFileSync(file, 'utf8')) as { name: string; codec: 1; content: string }[];
limitBatches({ ...DEFAULT_BATCH_LIMITS, bytesMax: Number(bytesMax), recordsMax: 1 });
await registerCodecs();
const told: Inflated[] = [];
for (const { name, codec, content } of bombs) {
  const { decompress } = kafkajs.CompressionCodecs[codec]() as { decompress(compressed: Buffer): Promise<Buffer> };
  const before = process.resourceUsage().maxRSS;
  const outcome = await decompress(Buffer.from(content, 'base64')).then(
    (inflated) => `${inflated.length} bytes`,
    (error: Error) => error.name,
  );
  told.push({ name, outcome, grownBytes: (process.resourceUsage().maxRSS - before) * 1024 });
}
process.stdout.write(JSON.stringify(told));
