import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CallerGone, NotReady, QuestionTooLong, StoreRefused, StoreUnavailable } from '../../../../api/ports/errors.js';
import type { GuardState } from '../../../../api/readers/guarded/circuit.js';
import { type CallOutcome, StoreGuard } from '../../../../api/readers/guarded/store-guard.js';

const TIMEOUT_MS = 3_000;
const QUEUE_WAIT_MS = 500;
const TRY_AGAIN_MS = 1_000;
const PROBE_MS = 1_000;

/** A question that is answered by hand. */
class Held {
  isAsked = false;
  isAborted = false;
  answer: (value: string) => void = () => {};
  fail: (error: unknown) => void = () => {};

  readonly ask = (signal: AbortSignal): Promise<string> => {
    this.isAsked = true;
    return new Promise((resolve, reject) => {
      this.answer = resolve;
      this.fail = reject;
      signal.addEventListener('abort', () => {
        this.isAborted = true;
        reject(new StoreUnavailable('mongodb', { cause: 'aborted' }));
      });
    });
  };
}

const away = async () => Promise.reject(new StoreUnavailable('mongodb', { cause: 'down' }));
const answering = async () => 'answer';

describe('a guarded store', () => {
  let outcomes: CallOutcome[];
  let states: GuardState[];
  let guard: StoreGuard;
  let probes: number;
  let probe: () => Promise<void>;

  beforeEach(() => {
    vi.useFakeTimers();
    outcomes = [];
    probes = 0;
    probe = async () => {};
    states = [];
    guard = new StoreGuard(
      {
        store: 'mongodb',
        concurrencyMax: 2,
        queueMax: 2,
        callerSharePercent: 90,
        queueWaitMs: QUEUE_WAIT_MS,
        timeoutMs: TIMEOUT_MS,
        failuresMax: 3,
        tryAgainAfterMs: TRY_AGAIN_MS,
        probeTimeoutMs: PROBE_MS,
      },
      () => {
        probes += 1;
        return probe();
      },
      { called: (_, outcome) => outcomes.push(outcome), changed: (_, state) => states.push(state) },
    );
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** Asks, and keeps the rejection for later. */
  const asked = (held: Held, caller?: AbortSignal) => {
    const answer = guard.ask(held.ask, caller === undefined ? {} : { signal: caller });
    answer.catch(() => {});
    return answer;
  };
  const failures = async (count: number) => {
    for (let i = 0; i < count; i += 1) await expect(guard.ask(away)).rejects.toThrow(StoreUnavailable);
  };
  /** Lets what is settled be told. */
  const settled = () => vi.advanceTimersByTimeAsync(0);

  it('answers, and rejects as the question does', async () => {
    expect(await guard.ask(answering)).toBe('answer');
    await expect(guard.ask(async () => Promise.reject(new NotReady('no index')))).rejects.toThrow(NotReady);
    expect(outcomes).toEqual(['answered', 'answered']);
  });

  it('is asked so many questions at a time; further ones wait for their turn, and more are refused at once', async () => {
    const held = Array.from({ length: 4 }, () => new Held());
    const answers = held.map((one) => asked(one));
    expect(held.map(({ isAsked }) => isAsked)).toEqual([true, true, false, false]);
    expect([guard.active, guard.queued]).toEqual([2, 2]);
    await expect(guard.ask(answering)).rejects.toMatchObject({ name: 'StoreRefused', reason: 'overloaded' });
    held[0]?.answer('first');
    await settled();
    expect(held.map(({ isAsked }) => isAsked)).toEqual([true, true, true, false]);
    held[1]?.answer('second');
    await settled();
    held[2]?.answer('third');
    held[3]?.answer('fourth');
    expect(await Promise.all(answers)).toEqual(['first', 'second', 'third', 'fourth']);
    expect([guard.active, guard.queued]).toEqual([0, 0]);
  });

  it('does not let a question wait for its turn longer than it may, nor asks it afterwards', async () => {
    const [first, second, waiting, behind] = Array.from({ length: 4 }, () => new Held());
    if (!first || !second || !waiting || !behind) throw new Error('unreachable');
    for (const one of [first, second]) asked(one);
    const refused = asked(waiting);
    await vi.advanceTimersByTimeAsync(QUEUE_WAIT_MS - 1);
    const answer = asked(behind);
    await vi.advanceTimersByTimeAsync(1);
    await expect(refused).rejects.toThrow(StoreRefused);
    // The one behind gets its turn all the same.
    first.answer('done');
    second.answer('done');
    await settled();
    expect([waiting.isAsked, behind.isAsked]).toEqual([false, true]);
    behind.answer('behind');
    expect(await answer).toBe('behind');
  });

  it('drops a question whose caller has gone while it waited, and goes on with those behind', async () => {
    const [first, second, gone, behind] = Array.from({ length: 4 }, () => new Held());
    if (!first || !second || !gone || !behind) throw new Error('unreachable');
    for (const one of [first, second]) asked(one);
    const caller = new AbortController();
    const dropped = asked(gone, caller.signal);
    const answer = asked(behind);
    caller.abort();
    first.answer('done');
    await settled();
    await expect(dropped).rejects.toThrow(CallerGone);
    expect([gone.isAsked, behind.isAsked]).toEqual([false, true]);
    behind.answer('behind');
    expect(await answer).toBe('behind');
    second.answer('done');
  });

  it('ends a question when its time is up', async () => {
    const held = new Held();
    const answer = asked(held);
    await vi.advanceTimersByTimeAsync(TIMEOUT_MS);
    await expect(answer).rejects.toThrow(StoreUnavailable);
    expect(held.isAborted).toBe(true);
    expect(guard.active).toBe(0);
  });

  it('ends a question when its caller goes away, which says nothing of the store', async () => {
    for (let i = 0; i < 5; i += 1) {
      const held = new Held();
      const caller = new AbortController();
      const answer = asked(held, caller.signal);
      caller.abort();
      await expect(answer).rejects.toThrow(CallerGone);
      expect(held.isAborted).toBe(true);
    }
    expect([guard.state, outcomes.at(-1)]).toEqual(['closed', 'abandoned']);
  });

  it.each([
    ['an answer', answering, true],
    ['what is not there', async () => Promise.reject(new NotReady('no index')), true],
    ['a question that takes too long', async () => Promise.reject(new QuestionTooLong('mongodb')), true],
    ['a store that is away', away, false],
  ])('makes its caller pay for the time: %s', async (_, question, isOwed) => {
    const owed: boolean[] = [];
    await guard.ask<unknown>(question, { work: { begin: () => (one) => owed.push(one), steps: 0 } }).catch(() => {});
    expect(owed).toEqual([isOwed]);
  });

  it('is left alone after so many failures in a row', async () => {
    await failures(2);
    await guard.ask(answering);
    await failures(2);
    expect(guard.state).toBe('closed');
    await failures(1);
    expect(guard.state).toBe('open');
    const held = new Held();
    await expect(asked(held)).rejects.toMatchObject({ name: 'StoreRefused', reason: 'circuit open' });
    expect(held.isAsked).toBe(false);
  });

  it('opens for what waits for its turn, too', async () => {
    const held = Array.from({ length: 4 }, () => new Held());
    const answers = held.map((one) => asked(one));
    held[0]?.fail(new StoreUnavailable('mongodb'));
    held[1]?.fail(new StoreUnavailable('mongodb'));
    await settled();
    held[2]?.fail(new StoreUnavailable('mongodb'));
    await settled();
    held[3]?.answer('came too late to keep it closed');
    expect((await Promise.allSettled(answers)).map(({ status }) => status).slice(0, 3)).toEqual(
      Array.from({ length: 3 }, () => 'rejected'),
    );
    expect(guard.state).toBe('open');
  });

  it('is probed when it is time, with no question of a caller', async () => {
    await failures(3);
    await vi.advanceTimersByTimeAsync(TRY_AGAIN_MS - 1);
    await expect(guard.ask(answering)).rejects.toThrow(StoreRefused);
    expect(probes).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    let isBack: () => void = () => {};
    probe = () => new Promise((resolve) => (isBack = resolve));
    for (let i = 0; i < 3; i += 1) {
      const held = new Held();
      await expect(asked(held)).rejects.toMatchObject({ name: 'StoreRefused', reason: 'circuit open' });
      expect([guard.state, held.isAsked, probes]).toEqual(['trying', false, 1]);
    }
    isBack();
    await settled();
    expect(await guard.ask(answering)).toBe('answer');
    expect(states).toEqual(['open', 'trying', 'closed']);
  });

  it('stays alone when the probe fails or hangs, and is probed again', async () => {
    await failures(3);
    for (const failing of [() => Promise.reject(new Error('no')), () => new Promise<void>(() => {})]) {
      await vi.advanceTimersByTimeAsync(TRY_AGAIN_MS);
      probe = failing;
      await expect(guard.ask(answering)).rejects.toThrow(StoreRefused);
      await vi.advanceTimersByTimeAsync(PROBE_MS);
      expect(guard.state).toBe('open');
    }
    probe = async () => {};
    await vi.advanceTimersByTimeAsync(TRY_AGAIN_MS);
    await expect(guard.ask(answering)).rejects.toThrow(StoreRefused);
    await settled();
    expect(guard.state).toBe('closed');
  });

  describe('when questions are not answered in time', () => {
    const tooLong = async (count: number) => {
      for (let i = 0; i < count; i += 1) {
        const answer = asked(new Held());
        await vi.advanceTimersByTimeAsync(TIMEOUT_MS);
        await expect(answer).rejects.toThrow(QuestionTooLong);
      }
    };

    it('is asked on, however many there are, while it answers a probe', async () => {
      await tooLong(20);
      expect([guard.state, probes, states]).toEqual(['closed', 20, []]);
      const saidSo = async () => Promise.reject(new QuestionTooLong('mongodb'));
      for (let i = 0; i < 20; i += 1) await expect(guard.ask(saidSo)).rejects.toThrow(QuestionTooLong);
      expect([guard.state, states]).toEqual(['closed', []]);
    });

    it.each([
      ['hangs', () => new Promise<void>(() => {})],
      ['fails', () => Promise.reject(new Error('no'))],
    ])('is left alone after the first of them when the probe %s', async (_, failing) => {
      probe = failing;
      await tooLong(1);
      await vi.advanceTimersByTimeAsync(PROBE_MS);
      expect([guard.state, probes]).toEqual(['open', 1]);
    });

    it('is probed once for all that wait at the same time', async () => {
      probe = () => new Promise<void>(() => {});
      const answers = [asked(new Held()), asked(new Held())];
      await vi.advanceTimersByTimeAsync(TIMEOUT_MS);
      expect((await Promise.allSettled(answers)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
      expect(probes).toBe(1);
    });

    it('is not left alone when another question is answered while the probe is late', async () => {
      probe = () => new Promise<void>(() => {});
      await tooLong(1);
      expect(await guard.ask(answering)).toBe('answer');
      await vi.advanceTimersByTimeAsync(PROBE_MS);
      expect(guard.state).toBe('closed');
    });

    it('a circuit that opens beside a probe is closed by the next that is answered', async () => {
      probe = () => new Promise<void>(() => {});
      await tooLong(1);
      await failures(3);
      expect(guard.state).toBe('open');
      await vi.advanceTimersByTimeAsync(PROBE_MS);
      probe = async () => {};
      await vi.advanceTimersByTimeAsync(TRY_AGAIN_MS);
      await expect(guard.ask(answering)).rejects.toThrow(StoreRefused);
      await settled();
      expect(guard.state).toBe('closed');
    });
  });
});
