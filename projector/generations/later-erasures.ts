/** Keeps a complete snapshot free of whom later events erase. */
import { setTimeout } from 'node:timers/promises';
import type { Service } from '../../runtime/service.js';

export interface LaterErasuresPorts {
  /** Takes the erasures in that there are by now. Several processes may do it side by side. */
  readonly catchUp: () => Promise<void>;
  /** Whether it is up to this process to look, of all that run the snapshot. */
  readonly isOurs: () => Promise<boolean>;
}

/** How long until it is looked when nobody has told of an erasure: whoever folded it may have died before. */
const LOOK_MS = 2_000;

export class LaterErasures implements Service {
  /** At first, there may be some that came while nobody was there. */
  private isAsked = true;
  private stopping = false;
  private wake: () => void = () => {};

  constructor(private readonly ports: LaterErasuresPorts) {}

  async run(): Promise<void> {
    while (!this.stopping) {
      const woken = new Promise<void>((resolve) => {
        this.wake = resolve;
      });
      const isAsked = this.isAsked;
      this.isAsked = false;
      if (isAsked || (await this.ports.isOurs())) await this.ports.catchUp();
      if (!this.isAsked && !this.stopping) await waitFor(woken);
    }
  }

  /** This process has folded an erasure: it is taken in at once, whoever else looks after the snapshot. */
  ask(): void {
    this.isAsked = true;
    this.wake();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.wake();
  }
}

/** No timer is left behind when it is woken. */
async function waitFor(woken: Promise<void>): Promise<void> {
  const ending = new AbortController();
  const timer = setTimeout(LOOK_MS, undefined, { signal: ending.signal }).catch(() => undefined);
  await Promise.race([timer, woken]);
  ending.abort();
}
