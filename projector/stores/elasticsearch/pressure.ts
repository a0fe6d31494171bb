/**
 * What has been learnt of how much a crowded Elasticsearch takes at a time. A step that was refused with 429 is repeated
 * by the pipeline after a pause; each time one request goes at a time, with less in it, down to single documents. What
 * is taken again makes them larger again.
 */

/** The requests are about this large: larger ones gain nothing, smaller ones cost round trips. */
export const PIECE_BYTES = 2 * 1024 * 1024;
const REQUESTS_IN_FLIGHT = 2;
const SHRINKING = 4;
/** Below, every document goes alone. */
const PIECE_BYTES_MIN = 8 * 1024;
/** Only such a document may be what is too much: smaller ones are waited for, however long it takes. */
export const LARGE_DOCUMENT_BYTES = 1024 * 1024;
/** So often a large document is refused alone while others are taken, with growing pauses, until it is given up. */
const REFUSALS_ALONE_MAX = 5;

export class Pressure {
  private taken = PIECE_BYTES;
  private crowded = false;
  /** By index and id; of those that are tried again and again. */
  private readonly alone = new Map<string, number>();
  private last: Promise<unknown> = Promise.resolve();

  get pieceBytes(): number {
    return this.taken < PIECE_BYTES_MIN ? 0 : this.taken;
  }

  get requestsInFlight(): number {
    return this.crowded ? 1 : REQUESTS_IN_FLIGHT;
  }

  refused(): void {
    if (this.crowded) this.taken = Math.max(this.taken / SHRINKING, PIECE_BYTES_MIN / SHRINKING);
    this.crowded = true;
  }

  /** Everything that was sent with one step was taken. */
  eased(): void {
    if (this.taken === PIECE_BYTES) this.crowded = false;
    this.taken = Math.min(this.taken * SHRINKING, PIECE_BYTES);
  }

  /** While it is crowded, whoever publishes: one after the other. */
  inTurn<Answer>(send: () => Promise<Answer>): Promise<Answer> {
    if (!this.crowded) return send();
    const turn = this.last.then(send);
    this.last = turn.catch(() => {});
    return turn;
  }

  /** With nothing else in flight, and another write was taken right after. True: it is given up. */
  refusedAlone(name: string): boolean {
    const times = (this.alone.get(name) ?? 0) + 1;
    this.alone.set(name, times);
    return times >= REFUSALS_ALONE_MAX;
  }

  /** They were written, or recorded as refused. */
  settled(names: Iterable<string>): void {
    if (this.alone.size > 0) for (const name of names) this.alone.delete(name);
  }
}

/** Sizes within Elasticsearch's sentences: of the operation by itself, and of what all may have together. */
const OPERATION = /\b(?:coordinating|primary)_operation_bytes=(\d+)/;
const LIMIT = /\bmax_(?:coordinating_and_primary|coordinating|primary)_bytes=(\d+)/;

/** Whether the operation alone is more than Elasticsearch ever takes at a time: no waiting helps then. */
export function exceedsAlone(reason: string | undefined): boolean {
  const [operation, limit] = [OPERATION, LIMIT].map((pattern) => Number(pattern.exec(reason ?? '')?.[1] ?? Number.NaN));
  return operation !== undefined && limit !== undefined && operation > limit;
}
