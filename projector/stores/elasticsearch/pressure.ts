/**
 * What this process knows of how much a crowded Elasticsearch takes: one for all generations that write to it. A refusal
 * with 429 lets one request go at a time; refusals in a row halve what goes with one; whatever is taken makes it larger
 * again.
 */
import { setTimeout as sleep } from 'node:timers/promises';

/** The requests are about this large: larger ones gain nothing, smaller ones cost round trips. */
export const PIECE_BYTES = 2 * 1024 * 1024;
/** No piece is cut smaller: what does not fit then does not fit by itself. A document that is larger goes alone. */
export const PIECE_BYTES_MIN = 8 * 1024;
const SHRINKING = 2;
const GROWING = 1.5;
/** Only such a document may be what is too much: smaller ones are waited for, however long it takes. */
export const LARGE_DOCUMENT_BYTES = 1024 * 1024;
/** A large document is given up when it was refused alone so often, while others were taken … */
const REFUSALS_ALONE_MAX = 5;
/** … and for so long: a cluster that has too much to do for a moment drops nothing. */
export const REFUSED_ALONE_MS = 30_000;

export interface PressureTime {
  /** Milliseconds from any moment on, never backwards. */
  now(): number;
  /** @throws when the signal is aborted. */
  sleep(ms: number, signal: AbortSignal | undefined): Promise<unknown>;
}

const MONOTONIC: PressureTime = {
  now: () => performance.now(),
  sleep: (ms, signal) => sleep(ms, undefined, signal === undefined ? {} : { signal }),
};

interface RefusedAlone {
  readonly times: number;
  readonly since: number;
  /** When it was refused last. */
  readonly last: number;
}

const NEVER_ALONE: RefusedAlone = { times: 0, since: 0, last: 0 };
/** After so long without a refusal what was counted before says nothing. */
const FORGOTTEN_MS = 300_000;

export interface Sent<Answer> {
  readonly answer: Answer;
  /** Nothing else was in flight from this process at any moment between request and answer. */
  readonly wasAlone: boolean;
}

export class Pressure {
  private taken = PIECE_BYTES;
  private crowded = false;
  private refusedInRow = 0;
  /** Large documents that were refused and are tried again and again, by index and id. */
  private readonly suspects = new Map<string, RefusedAlone>();
  /** Settles when everything that was sent before has its answer. */
  private last: Promise<unknown> = Promise.resolve();
  private waitingAlone = 0;
  private inFlight = 0;
  private begun = 0;

  constructor(readonly time: PressureTime = MONOTONIC) {}

  get pieceBytes(): number {
    return this.taken;
  }

  refused(): void {
    this.crowded = true;
    this.refusedInRow += 1;
    if (this.refusedInRow > 1) this.taken = Math.max(this.taken / SHRINKING, PIECE_BYTES_MIN);
  }

  accepted(): void {
    this.refusedInRow = 0;
    if (this.taken === PIECE_BYTES) this.crowded = false;
    this.taken = Math.min(this.taken * GROWING, PIECE_BYTES);
  }

  /** While it is crowded, or something is to go alone, whoever publishes: after everything that was sent before. */
  async inTurn<Answer>(send: () => Promise<Answer>, demand: 'any' | 'alone' = 'any'): Promise<Sent<Answer>> {
    const waits = this.crowded || demand === 'alone' || this.waitingAlone > 0;
    const turn = waits ? this.last.then(() => this.counted(send)) : this.counted(send);
    // Without what they came to: the chain would keep all answers that there ever were.
    this.last = Promise.allSettled([this.last, turn]).then(() => undefined);
    if (demand === 'any') return turn;
    this.waitingAlone += 1;
    try {
      return await turn;
    } finally {
      this.waitingAlone -= 1;
    }
  }

  private async counted<Answer>(send: () => Promise<Answer>): Promise<Sent<Answer>> {
    const begunAlone = this.inFlight === 0;
    this.inFlight += 1;
    this.begun += 1;
    const { begun } = this;
    try {
      const answer = await send();
      return { answer, wasAlone: begunAlone && this.begun === begun };
    } finally {
      this.inFlight -= 1;
    }
  }

  /** A large document that was refused goes alone from now on. */
  suspect(index: string, id: string): void {
    const name = nameIn(index, id);
    if (!this.suspects.has(name)) this.suspects.set(name, NEVER_ALONE);
  }

  isSuspect(index: string, id: string | undefined): boolean {
    return id !== undefined && this.suspects.has(nameIn(index, id));
  }

  /** With nothing else in flight, and another write was taken right after. True: it is given up. */
  refusedAlone(index: string, id: string): boolean {
    const name = nameIn(index, id);
    const now = this.time.now();
    const known = this.suspects.get(name) ?? NEVER_ALONE;
    // One crowding says nothing of the next.
    const before = now - known.last > FORGOTTEN_MS ? NEVER_ALONE : known;
    const times = before.times + 1;
    const since = times === 1 ? now : before.since;
    this.suspects.set(name, { times, since, last: now });
    return times >= REFUSALS_ALONE_MAX && now - since >= REFUSED_ALONE_MS;
  }

  /** The other write was refused, too: it is the cluster that has too much to do, and what was counted says nothing. */
  refusedWithOthers(index: string, id: string): false {
    this.suspects.set(nameIn(index, id), NEVER_ALONE);
    return false;
  }

  /** They were written, superseded, or are recorded as refused. */
  settled(index: string, ids: readonly string[]): void {
    if (this.suspects.size > 0) for (const id of ids) this.suspects.delete(nameIn(index, id));
  }
}

function nameIn(index: string, id: string): string {
  return `${index}/${id}`;
}

/** Sizes within Elasticsearch's sentences: of the operation by itself, and of what all may have together. */
const OPERATION = /\b(?:coordinating|primary)_operation_bytes=(\d+)/;
const LIMIT = /\bmax_(?:coordinating_and_primary|coordinating|primary)_bytes=(\d+)/;

/** Whether the operation alone is more than Elasticsearch ever takes at a time: no waiting helps then. */
export function exceedsAlone(reason: string | undefined): boolean {
  const [operation, limit] = [OPERATION, LIMIT].map((pattern) => Number(pattern.exec(reason ?? '')?.[1] ?? Number.NaN));
  return operation !== undefined && limit !== undefined && operation > limit;
}
