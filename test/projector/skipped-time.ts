import type { PressureTime } from '../../projector/stores/elasticsearch/pressure.js';

/** Time that passes only where somebody pauses. */
export class SkippedTime implements PressureTime {
  private passedMs = 0;

  now(): number {
    return this.passedMs;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.passedMs += ms;
    await new Promise(setImmediate);
    signal?.throwIfAborted();
  }
}
