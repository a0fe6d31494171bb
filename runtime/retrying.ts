/** Trying again what passes by itself, in one place: how long between attempts, and how waiting is ended. */
import { setTimeout as sleep } from 'node:timers/promises';
import { concealed } from './secrets.js';

export interface Retrying {
  /** Whether the failure may be gone next time; all others are thrown at once. */
  readonly isPassing: (error: unknown) => boolean;
  /** Told before each pause. `attempt` counts from 1. */
  readonly onFailure: (error: unknown, retry: { readonly attempt: number; readonly delayMs: number }) => void;
  readonly firstDelayMs: number;
  readonly delayMaxMs: number;
  /** Absent: endless. */
  readonly attemptsMax?: number;
  /** Ends a pause at once. What is being attempted is not interrupted. */
  readonly signal?: AbortSignal;
}

/**
 * Pauses double, with jitter: a pause lies between half of its bound and the bound.
 * @throws the failure that does not pass or was the last one; the signal's reason once that is aborted.
 */
export async function retrying<Result>(work: () => Promise<Result>, options: Retrying): Promise<Result> {
  const { isPassing, onFailure, firstDelayMs, delayMaxMs, attemptsMax = Number.POSITIVE_INFINITY, signal } = options;
  for (let attempt = 1; ; attempt += 1) {
    signal?.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      if (!isPassing(error) || attempt > attemptsMax) throw error;
      const delayMs = backoffMs(attempt, firstDelayMs, delayMaxMs);
      onFailure(error, { attempt, delayMs });
      await pause(delayMs, signal);
    }
  }
}

/** The pause after so many failures in a row, from 1. */
export function backoffMs(attempt: number, firstMs: number, maxMs: number): number {
  const bound = Math.min(maxMs, firstMs * 2 ** (attempt - 1));
  return Math.round((bound / 2) * (1 + Math.random()));
}

/** @throws the signal's reason once that is aborted. */
async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(ms, undefined, signal === undefined ? {} : { signal }).catch(() => {});
  signal?.throwIfAborted();
}

/** What is said of an error, to whomever: drivers quote what they were given, credentials included. */
export function messageOf(error: unknown): string {
  return concealed(error instanceof Error ? error.message : String(error));
}
