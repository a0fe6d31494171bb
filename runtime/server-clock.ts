/**
 * The time by a server that all processes ask: leases, halts, business days and what is told of ages must not depend on
 * the clock of the machine that a process happens to run on. Carried on by the monotonic clock between two questions.
 */
export class ServerClock {
  /** The server's time, less the monotonic one, in ms; `null`: nothing is known yet, and the machine's clock is used. */
  private offset: number | null = null;

  /** `read`: the server's time in ms since 1970; `null` when it does not tell. */
  constructor(private readonly read: () => Promise<number | null>) {}

  /** Milliseconds since 1970. */
  readonly now = (): number => Math.round(this.offset === null ? Date.now() : performance.now() + this.offset);

  /** How much this machine's clock is ahead, in ms. */
  get machineAheadMs(): number {
    return Date.now() - this.now();
  }

  /** Asks the server. What is known is kept as long as an answer does not contradict it: answers take their time. */
  async ask(): Promise<void> {
    const asked = performance.now();
    const time = await this.read();
    if (time === null) return;
    const answered = performance.now();
    const offset = time - (asked + answered) / 2;
    const uncertain = answered - asked + 1;
    if (this.offset === null || Math.abs(offset - this.offset) > uncertain) this.offset = offset;
  }
}
