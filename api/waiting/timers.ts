/** Time as the waiting sees it; tests have their own. */
export interface Timers {
  /** Milliseconds that only grow. */
  now(): number;
  /** Calls once, after so long; what it returns takes the call back. */
  after(ms: number, call: () => void): () => void;
}

export const systemTimers: Timers = {
  now: () => performance.now(),
  after: (ms, call) => {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};
