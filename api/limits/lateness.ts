/** How late the event loop is: what one thread has to do beyond what it can do waits in no queue but there. */

const LOOK_EVERY_MS = 50;
/** One long pause says nothing; the best of so many looks does. */
const LOOKS = 4;

export class Lateness {
  readonly #now: () => number;
  /** Milliseconds by which the last looks came too late. */
  readonly #looks: number[] = [];
  #dueAt: number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#dueAt = now() + LOOK_EVERY_MS;
    setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
  }

  /** Milliseconds by which the loop has been late all the time of late. */
  get lasting(): number {
    return this.#looks.length < LOOKS ? 0 : Math.min(...this.#looks);
  }

  #look(): void {
    const now = this.#now();
    this.#looks.push(Math.max(0, now - this.#dueAt));
    if (this.#looks.length > LOOKS) this.#looks.shift();
    this.#dueAt = now + LOOK_EVERY_MS;
  }
}
