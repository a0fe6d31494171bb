/**
 * The seeded scheduler. Whatever a process asks of the outside is parked here, and one parked thing at a time goes on.
 * A request takes effect and is answered in two separate steps; the items of a bulk request may be steps of their own.
 */
import { Unavailable } from '../../projector/ports/errors.js';
import type { Coverage } from './coverage.js';
import type { Random } from './random.js';

/** A process that sends requests. */
export interface Sender {
  readonly name: string;
  /** Relative to others, how often it goes on. */
  readonly speed: number;
  /** Whether it sleeps: requests already sent take effect, nothing of its own goes on. */
  stalled: boolean;
  /** Whether others hold its partitions by now. */
  readonly isOutdated: boolean;
}

/** A write that has yet to take effect, or to be answered. */
export interface Moment {
  readonly call: string;
  readonly phase: 'effect' | 'answer' | 'wait';
}

interface Parked extends Moment {
  /** `null`: the sender is dead, or has given up waiting. */
  readonly sender: Sender | null;
  readonly isWrite: boolean;
  readonly weight: number;
  readonly isReady: () => boolean;
  readonly go: () => void;
}

export interface Weather {
  /** Probabilities of a request's fate, and of a step to be a very slow one. */
  readonly unavailable: number;
  readonly slow: number;
  readonly splitBulk: number;
  /** Probability that a read or a ticket takes effect and is answered in one step. */
  readonly instant: number;
}

const SLOW_WEIGHT = 0.02;

export class Schedule {
  steps = 0;
  /** Of all steps so far: the same seed gives the same. */
  traceHash = 0x811c9dc5;
  onStep: (what: string) => void = () => {};
  /** No more faults from now on. */
  calm = false;
  /** What processes have waited for so far, each once. */
  readonly moments: Moment[] = [];
  /** Writes of which the next one times out and is done later. */
  readonly late = new Set<string>();
  private parked: Parked[] = [];

  constructor(
    private readonly random: Random,
    private readonly weather: Weather,
    private readonly coverage: Coverage,
  ) {}

  /** One parked thing goes on, and everything that follows from it without the outside. False when nothing can. */
  async step(): Promise<boolean> {
    const ready = this.parked.filter(({ sender, phase, isReady }) => {
      return (sender === null || !sender.stalled || phase === 'effect') && isReady();
    });
    const next = this.choose(ready);
    if (next === null) return false;
    this.parked.splice(this.parked.indexOf(next), 1);
    this.trace(`${next.sender?.name ?? '-'} ${next.phase} ${next.call}`);
    if (next.phase === 'effect' && next.isWrite) {
      if (next.sender === null) this.coverage.count('a write of a dead process was applied later');
      else if (next.sender.isOutdated) this.coverage.count('a zombie wrote');
    }
    next.go();
    await settled();
    return true;
  }

  trace(what: string): void {
    this.steps += 1;
    for (let i = 0; i < what.length; i += 1) {
      this.traceHash = Math.imul(this.traceHash ^ what.charCodeAt(i), 0x01000193);
    }
    this.onStep(what);
  }

  /** A request of one effect. */
  async call<Answer>(sender: Sender, call: string, isWrite: boolean, effect: () => Promise<Answer>): Promise<Answer> {
    const answers = await this.each(sender, call, isWrite, [effect]);
    return answers[0] as Answer;
  }

  /** A bulk request: items in pieces of their own, or all in one. Without items nothing is sent. */
  async bulk<Item, Answer>(
    sender: Sender,
    call: string,
    isWrite: boolean,
    items: readonly Item[],
    effect: (items: readonly Item[]) => Promise<Answer>,
  ): Promise<Answer[]> {
    if (items.length === 0) return [];
    const pieces =
      items.length > 1 && this.random.chance(this.weather.splitBulk) ? items.map((item) => [item]) : [items];
    return this.each(
      sender,
      call,
      isWrite,
      pieces.map((piece) => () => effect(piece)),
    );
  }

  /** Resolves at some step at which `isReady`. */
  wait(sender: Sender, what: string, isReady: () => boolean = () => true): Promise<void> {
    return new Promise((resolve) =>
      this.park({ sender, call: what, phase: 'wait', isWrite: false, isReady, go: resolve }),
    );
  }

  /** The process is gone. What it has sent may still take effect, or not; nobody hears of it. */
  bury(sender: Sender, how: 'crashed' | 'ended'): void {
    const own = this.parked.filter((parked) => parked.sender === sender);
    this.parked = this.parked.filter((parked) => parked.sender !== sender);
    for (const parked of own) {
      if (parked.phase === 'wait') continue;
      if (how === 'crashed')
        this.coverage.count(`crash ${parked.phase === 'effect' ? 'before' : 'after'} ${parked.call}`);
      if (parked.phase === 'effect' && parked.isWrite && this.random.chance(0.5)) this.orphan(parked.call, parked.go);
    }
  }

  /** Whether the process waits for the outside. */
  isAwaiting(sender: Sender): boolean {
    return this.parked.some((parked) => parked.sender === sender && parked.phase !== 'wait');
  }

  /** Whether this is a moment at which the process is. */
  isAt(sender: Sender, { phase, call }: Moment): boolean {
    return this.parked.some((parked) => parked.sender === sender && parked.phase === phase && parked.call === call);
  }

  private each<Answer>(
    sender: Sender,
    call: string,
    isWrite: boolean,
    effects: readonly (() => Promise<Answer>)[],
  ): Promise<Answer[]> {
    return new Promise((resolve, reject) => {
      const answers: Answer[] = [];
      const fate = this.fate(call, isWrite);
      const answer = () => {
        const unavailable = () => reject(new Unavailable(`${call} got no answer`));
        const go = fate === 'done' ? () => resolve(answers) : unavailable;
        this.park({ sender, call, phase: 'answer', isWrite, go });
      };
      if (fate === 'never') return answer();
      if (fate === 'later') {
        for (const effect of effects) if (this.random.chance(0.7)) this.orphan(call, () => void effect());
        return answer();
      }
      const isInstant =
        (!isWrite || call === 'next ticket') && fate === 'done' && this.random.chance(this.weather.instant);
      let open = effects.length;
      effects.forEach((effect, place) => {
        const applied = (value: Answer) => {
          answers[place] = value;
          open -= 1;
          if (open > 0) return;
          if (isInstant) resolve(answers);
          else answer();
        };
        this.park({ sender, call, phase: 'effect', isWrite, go: () => void effect().then(applied, reject) });
      });
    });
  }

  private fate(call: string, isWrite: boolean): 'done' | 'never' | 'unanswered' | 'later' {
    if (this.calm) return 'done';
    const isLate = this.late.delete(call);
    if (!isLate && !this.random.chance(this.weather.unavailable)) return 'done';
    const fate = isLate ? 'later' : isWrite ? this.random.pick(['never', 'unanswered', 'later'] as const) : 'never';
    if (fate === 'never') this.coverage.count('a store refused before the effect');
    else if (fate === 'unanswered') this.coverage.count('a store gave no answer after the effect');
    else this.coverage.count('a store timed out and did it later');
    return fate;
  }

  private orphan(call: string, go: () => void): void {
    const weight = this.random.chance(0.5) ? SLOW_WEIGHT : 0.3;
    this.parked.push({ sender: null, call, phase: 'effect', isWrite: true, weight, isReady: () => true, go });
  }

  private park(parked: Omit<Parked, 'weight' | 'isReady'> & { readonly isReady?: () => boolean }): void {
    const weight = (parked.sender?.speed ?? 1) * (this.random.chance(this.weather.slow) ? SLOW_WEIGHT : 1);
    this.parked.push({ isReady: () => true, ...parked, weight });
    if (parked.isWrite) this.remember(parked);
  }

  private remember({ phase, call }: Moment): void {
    if (!this.moments.some((moment) => moment.phase === phase && moment.call === call))
      this.moments.push({ phase, call });
  }

  private choose(ready: readonly Parked[]): Parked | null {
    let total = 0;
    for (const { weight } of ready) total += weight;
    let left = this.random.next() * total;
    for (const parked of ready) {
      left -= parked.weight;
      if (left <= 0) return parked;
    }
    return ready.at(-1) ?? null;
  }
}

/** Resolves when everything that could go on by itself has: promises are settled before the next turn of the loop. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
