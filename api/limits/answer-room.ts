/**
 * What the answers that are being made may hold in memory: each for itself, and the large ones all together. Little is
 * had for the asking, so that small answers wait for nothing; what is more than that has its turn, is held until the
 * client has taken the last byte, and no caller has all of it.
 */

import { unhurried } from '../../runtime/unhurried.js';
import { FairTurns, NoTurn, turnOf } from '../fairness/fair-turns.js';
import { SMALL_ANSWER_BYTES } from '../http/json-answer.js';
import { Problem } from '../http/problems.js';
import { AnswerTooLarge, CallerGone } from '../ports/errors.js';
import type { ParameterError } from '../query/given.js';

export interface AnswerRoomSettings {
  /** Of one answer: of what its store sends, and of its JSON. */
  readonly answerBytesMax: number;
  /** Of all large answers together; at least one has room. */
  readonly inFlightBytesMax: number;
  /** How long a large answer waits for its turn. */
  readonly waitMs: number;
}

interface Waiting {
  readonly caller: string;
  readonly admit: () => void;
}

export class AnswerRoom {
  readonly settings: AnswerRoomSettings;
  readonly #bytesMax: number;
  readonly #bytesPerCallerMax: number;
  readonly #held = new Map<string, number>();
  readonly #waiting = new Set<Waiting>();
  /** Large answers are made one after another, in turn for each caller: stores and thread have others to serve. */
  readonly #making = new FairTurns({ turnsMax: 1, placesMax: Number.POSITIVE_INFINITY, callerSharePercent: 100 });
  #bytes = 0;

  constructor(settings: AnswerRoomSettings) {
    const { answerBytesMax, inFlightBytesMax } = settings;
    this.settings = settings;
    this.#bytesMax = Math.max(answerBytesMax, inFlightBytesMax);
    // Half of the turns, where they are odd in number the larger half, and always one for another.
    const half = Math.ceil(inFlightBytesMax / 2 / answerBytesMax) * answerBytesMax;
    this.#bytesPerCallerMax = Math.max(answerBytesMax, Math.min(half, inFlightBytesMax - answerBytesMax));
  }

  /** Held by large answers. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Large answers that wait for their turn. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** `cure`: what its caller can do when the answer becomes too large. */
  open(caller: string, signal: AbortSignal, cure: readonly ParameterError[]): AnswerShare {
    return new AnswerShare(this, caller, signal, cure);
  }

  /** Room for one answer, as large as any may be, if there is some and nobody waits for it. */
  tryTake(caller: string): boolean {
    const { answerBytesMax: bytes } = this.settings;
    const own = this.#held.get(caller) ?? 0;
    if (this.#bytes + bytes > this.#bytesMax || own + bytes > this.#bytesPerCallerMax) return false;
    this.#held.set(caller, own + bytes);
    this.#bytes += bytes;
    return true;
  }

  /** @throws Problem when no turn comes in time, CallerGone */
  take(caller: string, signal: AbortSignal): Promise<void> {
    if (this.tryTake(caller)) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const leave = (error: Error | null) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', gone);
        this.#waiting.delete(waiting);
        if (error === null) resolve();
        else reject(error);
      };
      const gone = () => leave(new CallerGone());
      const timer = setTimeout(() => leave(overloaded()), this.settings.waitMs);
      const waiting: Waiting = { caller, admit: () => leave(null) };
      if (signal.aborted) gone();
      else {
        signal.addEventListener('abort', gone, { once: true });
        this.#waiting.add(waiting);
      }
    });
  }

  /**
   * Waits for the turn to make a large answer. @returns what gives it back, once: the next one is made after a rest as long
   * as the turn was, so that at most half of the time is for large answers
   * @throws Problem when the turn does not come in time, CallerGone
   */
  async makingTurn(caller: string, signal: AbortSignal): Promise<() => void> {
    const leave = await turnOf(this.#making, caller, { signal, waitMs: this.settings.waitMs }).catch(orOverloaded);
    const begun = performance.now();
    let isLeft = false;
    return () => {
      if (isLeft) return;
      isLeft = true;
      setTimeout(leave, performance.now() - begun).unref();
    };
  }

  giveBack(caller: string, bytes: number): void {
    this.#bytes -= bytes;
    const own = (this.#held.get(caller) ?? 0) - bytes;
    if (own > 0) this.#held.set(caller, own);
    else this.#held.delete(caller);
    // In the order in which they came, except for those whose callers have their share.
    for (const waiting of [...this.#waiting]) if (this.tryTake(waiting.caller)) waiting.admit();
  }
}

/** One answer's part of the room, from the question until it is sent. */
export class AnswerShare {
  readonly #room: AnswerRoom;
  readonly #caller: string;
  readonly #signal: AbortSignal;
  readonly #cure: readonly ParameterError[];
  #held = 0;
  #leaveTurn: (() => void) | null = null;
  #isOver = false;
  #bytes = 0;

  constructor(room: AnswerRoom, caller: string, signal: AbortSignal, cure: readonly ParameterError[]) {
    this.#room = room;
    this.#caller = caller;
    this.#signal = signal;
    this.#cure = cure;
  }

  /**
   * Asks a store for no more than there is room for: where that is little and turns out not to be enough, once more when
   * the turn for a large answer has come. What is known to be large is asked for in its turn.
   * `bytesOf`: how large it will be, as far as that is known; 0 else.
   * @throws Problem when the answer is larger than any may be, or its turn does not come; CallerGone
   */
  async read<Answer>(
    ask: (bytesMax: number) => Promise<Answer>,
    bytesOf?: (bytesMax: number) => Promise<number>,
  ): Promise<Answer> {
    const { answerBytesMax } = this.#room.settings;
    const little = Math.min(SMALL_ANSWER_BYTES, answerBytesMax);
    try {
      if (bytesOf !== undefined && (await bytesOf(answerBytesMax)) > little) {
        if (this.#held === 0) await this.#take();
        if (this.#leaveTurn === null) await this.#takeTurn();
        return await ask(answerBytesMax);
      }
      if (this.#held > 0 || little === answerBytesMax || this.#tryTake()) return await ask(answerBytesMax);
      const outcome = await ask(little).catch(orTooLarge);
      if (!(outcome instanceof AnswerTooLarge)) return outcome;
      await this.#take();
      return await ask(answerBytesMax);
    } catch (error) {
      throw error instanceof AnswerTooLarge ? this.#tooLarge(error) : error;
    }
  }

  /** A part of the answer as JSON. @throws as `read` does */
  async jsonOf(part: unknown): Promise<string> {
    const text = await unhurried(() => JSON.stringify(part));
    this.#bytes += Buffer.byteLength(text);
    if (this.#bytes > this.#room.settings.answerBytesMax) throw this.#tooLarge();
    if (this.#bytes > SMALL_ANSWER_BYTES && this.#held === 0) await this.#take();
    return text;
  }

  /** All parts are there: what they do not need goes back. */
  settle(): void {
    this.#leaveTurn?.();
    if (this.#held === 0) return;
    const needed = this.#bytes > SMALL_ANSWER_BYTES ? this.#bytes : 0;
    this.#room.giveBack(this.#caller, this.#held - needed);
    this.#held = needed;
  }

  /** Nothing of the answer is needed any more. */
  readonly release = (): void => {
    this.#isOver = true;
    this.#leaveTurn?.();
    if (this.#held > 0) this.#room.giveBack(this.#caller, this.#held);
    this.#held = 0;
  };

  #tryTake(): boolean {
    if (this.#isOver || this.#room.waiting > 0 || !this.#room.tryTake(this.#caller)) return false;
    this.#held = this.#room.settings.answerBytesMax;
    return true;
  }

  async #take(): Promise<void> {
    await this.#room.take(this.#caller, this.#signal);
    const { answerBytesMax } = this.#room.settings;
    // Another part of the answer may have had its turn meanwhile: it is for all of them.
    if (this.#held > 0) this.#room.giveBack(this.#caller, answerBytesMax);
    else this.#held = answerBytesMax;
    this.#giveBackIfOver();
  }

  async #takeTurn(): Promise<void> {
    this.#leaveTurn = await this.#room.makingTurn(this.#caller, this.#signal);
    this.#giveBackIfOver();
  }

  /** What comes after the last release would be held for ever. @throws CallerGone */
  #giveBackIfOver(): void {
    if (!this.#isOver) return;
    this.release();
    throw new CallerGone();
  }

  #tooLarge(cause?: AnswerTooLarge): Problem {
    const { answerBytesMax } = this.#room.settings;
    const detail = `The answer has more than ${answerBytesMax} bytes (ANSWER_BYTES_MAX). errors names what makes it smaller.`;
    return new Problem('answer-too-large', detail, this.#cure, { cause });
  }
}

function overloaded(): Problem {
  const detail =
    'Answers as large as this one take all the memory and time that they may have. Try again, or ask for less.';
  return new Problem('overloaded', detail);
}

function orOverloaded(error: unknown): never {
  throw error instanceof NoTurn ? overloaded() : error;
}

function orTooLarge(error: unknown): AnswerTooLarge {
  if (error instanceof AnswerTooLarge) return error;
  throw error;
}
