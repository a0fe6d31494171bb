/** Time that a test moves. */
import type { Timers } from '../../../api/waiting/timers.js';

interface Call {
  readonly due: number;
  readonly call: () => void;
}

export class Clock implements Timers {
  #now = 0;
  #calls: Call[] = [];

  now = () => this.#now;

  after = (ms: number, call: () => void) => {
    const planned = { due: this.#now + ms, call };
    this.#calls.push(planned);
    return () => {
      this.#calls = this.#calls.filter((other) => other !== planned);
    };
  };

  /** Calls that are still to be made. */
  get planned(): number {
    return this.#calls.length;
  }

  /** Lets so much time pass: what is due is called in order, and what follows of it is done before the next. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settled();
    for (;;) {
      const [next] = this.#calls.filter(({ due }) => due <= end).sort((a, b) => a.due - b.due);
      if (next === undefined) break;
      this.#calls = this.#calls.filter((call) => call !== next);
      this.#now = Math.max(this.#now, next.due);
      next.call();
      await settled();
    }
    this.#now = end;
  }
}

/** Everything that goes on by itself has. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
