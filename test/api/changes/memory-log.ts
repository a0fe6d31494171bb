/** A log of changes in memory: what is announced is there at once, and followers are told some time later. */
import type { ChangeLog, LoggedChange, LogPiece, OffsetRange, Places } from '../../../api/ports/changes.js';
import { LogGone, LogUnavailable } from '../../../api/ports/errors.js';
import type { Change } from '../../../runtime/storage/changes.js';

type Delay = (what: string) => Promise<void>;

const nextTurn: Delay = () => new Promise((resolve) => setImmediate(resolve));

export class MemoryChangeLog implements ChangeLog {
  /** As if Kafka were away. */
  isAway = false;
  readonly #partitions: LoggedChange[][];
  readonly #forgotten: number[];
  readonly #delay: Delay;
  #wake: () => void = () => {};
  #news = this.#nextNews();

  constructor(partitions = 2, delay: Delay = nextTurn) {
    this.#partitions = Array.from({ length: partitions }, () => []);
    this.#forgotten = Array.from({ length: partitions }, () => 0);
    this.#delay = delay;
  }

  announce(change: Change): void {
    const partition = [...change.id].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % this.#partitions.length;
    const changes = this.#partitions[partition] ?? [];
    changes.push({ ...change, partition, offset: changes.length });
    this.#wake();
    this.#news = this.#nextNews();
  }

  /** As after its retention: what is there now is no longer there. */
  forget(): void {
    for (const [partition, changes] of this.#partitions.entries()) this.#forgotten[partition] = changes.length;
  }

  /** How many records there ever were. */
  get size(): number {
    return this.#partitions.reduce((sum, changes) => sum + changes.length, 0);
  }

  async ranges(): Promise<readonly OffsetRange[]> {
    await this.#reached();
    return this.#partitions.map((changes, i) => ({ earliest: this.#forgotten[i] ?? 0, end: changes.length }));
  }

  async read(_generation: number, from: Places, to: Places): Promise<LogPiece> {
    await this.#reached();
    return this.#piece(from, to);
  }

  async follow(_: number, from: Places, tell: (piece: LogPiece) => void, signal: AbortSignal): Promise<void> {
    const places = [...from];
    const ended = aborted(signal);
    while (!signal.aborted) {
      const news = this.#news;
      await this.#delay('follow');
      if (this.isAway) throw new LogUnavailable('Away.');
      if (signal.aborted) return;
      const piece = this.#piece(
        places,
        this.#partitions.map((changes) => changes.length),
      );
      for (const [partition, next] of piece.next) places[partition] = next;
      if (piece.next.size > 0) tell(piece);
      else await Promise.race([news, ended]);
    }
  }

  #piece(from: Places, to: Places): LogPiece {
    const open = to.flatMap((end, partition) => ((from[partition] ?? 0) < end ? [partition] : []));
    if (open.some((partition) => (from[partition] ?? 0) < (this.#forgotten[partition] ?? 0))) {
      throw new LogGone('It is forgotten.');
    }
    const changes = open.flatMap(
      (partition) => this.#partitions[partition]?.slice(from[partition], to[partition]) ?? [],
    );
    return { changes, next: new Map(open.map((partition) => [partition, to[partition] ?? 0])) };
  }

  async #reached(): Promise<void> {
    await this.#delay('ask the log');
    if (this.isAway) throw new LogUnavailable('Away.');
  }

  #nextNews(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
