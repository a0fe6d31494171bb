/** What lives together ends together. */
import { describe, expect, it } from 'vitest';
import { runParts } from '../../../projector/generations/parts.js';
import type { Service } from '../../../runtime/service.js';

class Part implements Service {
  stops = 0;
  hasEnded = false;
  fail: (error: Error) => void = () => {};
  private end: () => void = () => {};

  async run(): Promise<void> {
    try {
      await new Promise<void>((resolve, reject) => {
        this.end = resolve;
        this.fail = reject;
      });
    } finally {
      this.hasEnded = true;
    }
  }

  async stop(): Promise<void> {
    this.stops += 1;
    this.end();
  }
}

describe('parts of which one fails', () => {
  it('are all stopped, and it is told when the last one has ended', async () => {
    const parts = [new Part(), new Part(), new Part()];
    const given: string[] = [];
    const running = runParts(parts, ({ message }) => given.push(message));
    parts[1]?.fail(new Error('planted'));
    await expect(running).rejects.toThrow('planted');
    expect(parts.map(({ hasEnded }) => hasEnded)).toEqual([true, true, true]);
    expect(given).toEqual(['Another part of the generation has failed.']);
  });

  it('end in order when each is stopped', async () => {
    const parts = [new Part(), new Part()];
    const running = runParts(parts, () => expect.unreachable());
    for (const part of parts) await part.stop();
    await running;
  });
});
