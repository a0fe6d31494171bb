import type { Log } from '../../runtime/log.js';
import { messageOf, retrying } from '../../runtime/retrying.js';
import { Unavailable } from '../ports/errors.js';

/** Repeats a step for as long as a store is away. Every step of the pipeline may be repeated as a whole. */
export interface Patience {
  /** @throws whatever the step throws that is not `Unavailable`. */
  until<Result>(step: Step<Result>): Promise<Result>;
}

/** The signal, where there is one, ends what the step itself waits for. */
export type Step<Result> = (signal?: AbortSignal) => Promise<Result>;

const FIRST_DELAY_MS = 100;
const DELAY_MAX_MS = 10_000;
const BRIEF_ATTEMPTS = 8;

/** Waits 100 ms at first and 10 s at most between attempts, with jitter, until it is given up. */
export class EndlessPatience implements Patience {
  private readonly given = new AbortController();
  /** Why the steps that are repeated now are. */
  private readonly waiting = new Map<symbol, string>();

  constructor(private readonly log: Log) {}

  async until<Result>(step: Step<Result>): Promise<Result> {
    const own = Symbol('step');
    const { signal } = this.given;
    try {
      return await patiently(() => step(signal), this.log, {
        signal,
        onWait: (error) => void this.waiting.set(own, messageOf(error)),
      });
    } finally {
      this.waiting.delete(own);
    }
  }

  /** What has been waited for longest, in words; `null`: nothing is. */
  get hindrance(): string | null {
    const [first = null] = this.waiting.values();
    return first;
  }

  /** Whoever waits, or would from now on, gets the reason instead. */
  giveUp(reason: Error): void {
    this.given.abort(reason);
  }
}

/** For whom somebody waits: gives up after about ten seconds. @throws Unavailable then. */
export function briefPatience(log: Log): Patience {
  return { until: (step) => patiently(step, log, { attemptsMax: BRIEF_ATTEMPTS }) };
}

function patiently<Result>(
  step: () => Promise<Result>,
  log: Log,
  {
    onWait,
    ...limits
  }: {
    readonly attemptsMax?: number;
    readonly signal?: AbortSignal;
    readonly onWait?: (error: unknown) => void;
  },
): Promise<Result> {
  return retrying(step, {
    isPassing: (error) => error instanceof Unavailable,
    onFailure: (error, retry) => {
      onWait?.(error);
      log.warn(retry, `a store is unavailable, trying again: ${messageOf(error)}`);
    },
    firstDelayMs: FIRST_DELAY_MS,
    delayMaxMs: DELAY_MAX_MS,
    ...limits,
  });
}
