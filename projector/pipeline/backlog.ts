import type { Position } from '../ports.js';
import { Dirty, type Folded } from './dirty.js';

/**
 * Between folding and flushing. What is folded while a flush is under way gathers here and goes out with the next one,
 * so documents that become dirty many times are written once: small flushes when idle, large ones under load.
 */
export class Backlog {
  private gathered: Folded | null = null;
  private eventsUndone = 0;
  private closed = false;
  private waiting: (() => void)[] = [];

  /** `eventsUndoneMax`: events that may be folded and not durable; it bounds memory and redelivery after a crash. */
  constructor(private readonly eventsUndoneMax: number) {}

  add(folded: Folded): void {
    this.eventsUndone += folded.events;
    this.gathered = this.gathered === null ? folded : join(this.gathered, folded);
    this.wake();
  }

  /** All that has gathered; `null` once closed and empty. */
  async take(): Promise<Folded | null> {
    while (this.gathered === null && !this.closed) await this.change();
    const taken = this.gathered;
    this.gathered = null;
    return taken;
  }

  /** The events of a flush are durable. */
  done(events: number): void {
    this.eventsUndone -= events;
    this.wake();
  }

  async room(): Promise<void> {
    while (this.eventsUndone >= this.eventsUndoneMax && !this.closed) await this.change();
  }

  close(): void {
    this.closed = true;
    this.wake();
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

function join(earlier: Folded, later: Folded): Folded {
  const dirty = new Dirty();
  for (const { dirty: part } of [earlier, later]) {
    for (const [view, ids] of part.documents) for (const id of ids) dirty.document(view, id);
    for (const [rollup, groups] of part.groups) for (const group of groups) dirty.group(rollup, group);
    for (const [touch, ids] of part.references) for (const id of ids) dirty.reference(touch, id);
  }
  return {
    dirty,
    positions: latest([...earlier.positions, ...later.positions]),
    events: earlier.events + later.events,
    waiting: [...earlier.waiting, ...later.waiting],
  };
}

function latest(positions: readonly Position[]): Position[] {
  const byPartition = new Map<string, Position>();
  for (const position of positions) byPartition.set(`${position.topic}/${position.partition}`, position);
  return [...byPartition.values()];
}
