/** What lives together ends together. */
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { FanOut } from '../../../projector/fan-out/fan-out.js';
import { runParts } from '../../../projector/generations/parts.js';
import { EndlessPatience } from '../../../projector/work/retry-policy.js';
import { createLog } from '../../../runtime/log.js';
import type { Service } from '../../../runtime/service.js';
import { liveProjection, toRecord } from '../../memory/projection.js';
import { MemorySource } from '../../memory/source.js';
import { history } from '../../view-kit/history.js';
import { SHOP_NOW } from '../pipeline/shop-events.js';
import { SETTINGS } from '../pipeline/shown.js';

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

  it('tell why the projection failed, when another part that waits as patiently rejects before it', async () => {
    const log = createLog('test', 'silent');
    const patience = new EndlessPatience(log);
    const world = liveProjection({ now: SHOP_NOW, settings: SETTINGS, patience });
    world.tickets.next = async () => {
      throw new Error('The ticket counter is gone: planted');
    };
    const fanOut = new FanOut(
      {
        jobs: world.jobs,
        publish: world.publishPorts(),
        patience,
        isBusy: () => false,
        sleep: () => setImmediate(),
        log,
      },
      { chunkOrdersMax: 1, busyChunkOrdersMax: 1, yieldMsMax: 0, idleMs: 1, leaseMs: 1_000 },
    );
    const otherPart = fanOut.run();
    const otherEnds = otherPart.catch(() => {});
    class SlowToStop extends MemorySource {
      override async stop(): Promise<void> {
        await otherEnds;
        await super.stop();
      }
    }
    const registered = history('2026-11-20T10:00:00Z')('customer.registered', 'c-1', { name: 'Ada' });
    const projection = world.worker(new SlowToStop([toRecord(registered, 0)]));
    const parts = [projection, { run: () => otherPart, stop: () => fanOut.stop() }];
    const running = runParts(parts, (reason) => patience.giveUp(reason));
    await expect(running).rejects.toThrow('The ticket counter is gone: planted');
  });
});
