/** A store that answers with more than may be: the question fails, and the process goes on. */
import { describe, expect, it } from 'vitest';
import { nodes } from './nodes.js';
import { runOn } from './run-on.js';

describe('an answer of a store that is too large', async () => {
  const versions = await nodes();
  it.each(versions.flatMap((node) => (['told', 'untold'] as const).map((length) => ({ ...node, length }))))(
    'ends its question early and not the process, on Node $major, its length $length',
    async ({ binary, length }) => {
      const found = (await runOn(binary, 'large-documents.ts', length)) as { outcomes: string[]; share: number };
      expect(found.outcomes).toEqual(Array.from({ length: 9 }, () => 'AnswerTooLarge'));
      expect(found.share).toBeLessThan(0.5);
    },
  );
});
