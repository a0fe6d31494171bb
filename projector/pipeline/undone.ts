/** What is folded and not yet durable in every document: what bounds memory, and in what order positions follow. */
import type { Position } from '../ports/events.js';

/** One folded batch, or one refresh without events, on its way into the documents. */
export interface Batch {
  readonly positions: readonly Position[];
  readonly events: number;
  /** Told when all of it is durable and its positions are. */
  readonly durable: () => void;
  /** Steps that still have to be done with it: one for each store, once it is known what it leads to. */
  stepsLeft: number;
}

export class Undone {
  /** In the order of folding, which is the order in which positions may advance. */
  private readonly batches: Batch[] = [];
  private events = 0;
  private closed = false;
  private waiting: (() => void)[] = [];

  /** `eventsMax`: events that may be folded and not durable; it bounds memory and redelivery after a crash. */
  constructor(private readonly eventsMax: number) {}

  /** Not kept once closed: a step that was under way when another part failed has succeeded, and nobody follows it. */
  add(positions: readonly Position[], events: number, durable: () => void = () => {}): Batch {
    const batch = { positions, events, durable, stepsLeft: 1 };
    if (this.closed) return batch;
    this.batches.push(batch);
    this.events += events;
    return batch;
  }

  /** The step of these batches is done, and led to `following` more. */
  done(batches: readonly Batch[], following = 0): void {
    for (const batch of batches) batch.stepsLeft += following - 1;
    this.wake();
  }

  /** The batches that are done and that no unfinished one goes before; `null` once closed and none is left. */
  async takeFinished(): Promise<readonly Batch[] | null> {
    for (;;) {
      const unfinished = this.batches.findIndex(({ stepsLeft }) => stepsLeft > 0);
      const finished = this.batches.splice(0, unfinished === -1 ? this.batches.length : unfinished);
      if (finished.length > 0) return finished;
      if (this.closed && this.batches.length === 0) return null;
      await this.change();
    }
  }

  /** Batches that were taken as finished have their positions durable. */
  settled(batches: readonly Batch[]): void {
    for (const { events, durable } of batches) {
      this.events -= events;
      durable();
    }
    this.wake();
  }

  /** Resolves when more events may be folded. */
  async room(): Promise<void> {
    while (this.events >= this.eventsMax) await this.change();
  }

  /** Whether events are on their way. */
  get isBusy(): boolean {
    return this.events > 0;
  }

  /** Nothing more will be added. */
  close(): void {
    this.closed = true;
    this.wake();
  }

  /** Nothing that is left will be done. */
  abandon(): void {
    this.batches.length = 0;
    this.close();
  }

  private change(): Promise<void> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  private wake(): void {
    const waiting = this.waiting;
    this.waiting = [];
    for (const resolve of waiting) resolve();
  }
}

/** The last position of each partition. */
export function latestPositions(batches: readonly Batch[]): Position[] {
  const byPartition = new Map<string, Position>();
  for (const { positions } of batches) {
    for (const position of positions) byPartition.set(`${position.topic}/${position.partition}`, position);
  }
  return [...byPartition.values()];
}
