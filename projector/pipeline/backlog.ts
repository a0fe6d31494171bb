import type { Batch } from './undone.js';

export interface Gathered<Content> {
  readonly content: Content;
  readonly batches: Batch[];
}

/**
 * Between two steps. What arrives while the next step is busy gathers here and goes out together, so documents that
 * become dirty many times are written once: small pieces of work when idle, large ones under load.
 */
export class Backlog<Content> {
  private gathered: Gathered<Content> | null = null;
  private closed = false;
  private abandoned = false;
  private wake: () => void = () => {};

  /** `merge` adds the second to the first. */
  constructor(private readonly merge: (into: Content, from: Content) => void) {}

  /** The content is the backlog's from now on. */
  add(content: Content, batches: readonly Batch[]): void {
    if (this.abandoned) return;
    if (this.gathered === null) {
      this.gathered = { content, batches: [...batches] };
    } else {
      this.merge(this.gathered.content, content);
      this.gathered.batches.push(...batches);
    }
    this.wake();
  }

  /** All that has gathered; `null` once closed and empty. One taker at a time. */
  async take(): Promise<Gathered<Content> | null> {
    while (this.gathered === null && !this.closed) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    const taken = this.gathered;
    this.gathered = null;
    return taken;
  }

  close(): void {
    this.closed = true;
    this.wake();
  }

  /** Nobody will take what has gathered, or is added yet. */
  abandon(): void {
    this.gathered = null;
    this.abandoned = true;
    this.close();
  }
}

/**
 * Does a step with all that gathers, again and again until the backlog is closed and empty. Pieces of work may overtake
 * one another: tickets decide between their writes. After a failure nothing more is begun, and what is under way is
 * waited for.
 * @throws the first failure.
 */
export async function drain<Content>(
  backlog: Backlog<Content>,
  inFlightMax: number,
  step: (gathered: Gathered<Content>) => Promise<void>,
): Promise<void> {
  const inFlight = new Set<Promise<void>>();
  const failures: unknown[] = [];
  for (let work = await backlog.take(); work !== null; work = await backlog.take()) {
    const settled: Promise<void> = step(work)
      .catch((error: unknown) => {
        failures.push(error);
        backlog.abandon();
      })
      .finally(() => inFlight.delete(settled));
    inFlight.add(settled);
    if (inFlight.size >= inFlightMax) await Promise.race(inFlight);
  }
  await Promise.all(inFlight);
  if (failures.length > 0) throw failures[0];
}
