/** Why there is no answer. */
import type { StoreName } from './documents.js';

/** A log of Kafka cannot be read now, or there is none. */
export class LogUnavailable extends Error {
  override readonly name = 'LogUnavailable';
}

/** The log begins later, or ends earlier: what was there is forgotten. */
export class LogGone extends Error {
  override readonly name = 'LogGone';
}

/** A store does not answer, or not in time. Trying again may help. */
export class StoreUnavailable extends Error {
  override readonly name: string = 'StoreUnavailable';
  constructor(
    readonly store: StoreName,
    options?: { cause: unknown },
  ) {
    super(`${store === 'mongodb' ? 'MongoDB' : 'Elasticsearch'} does not answer.`, options);
  }
}

/** A store did not answer one question in time, or not with what it has: whether it is away, that alone does not tell. */
export class QuestionTooLong extends StoreUnavailable {
  override readonly name = 'QuestionTooLong';
}

/** A store was not asked: it has as much to do as it may, or did not answer others a moment ago. */
export class StoreRefused extends StoreUnavailable {
  override readonly name = 'StoreRefused';
  constructor(
    store: StoreName,
    readonly reason: 'overloaded' | 'circuit open',
  ) {
    super(store);
  }
}

/** A store has more to say than is read. It answers others as well as ever, and the same as little the next time. */
export class AnswerTooLarge extends Error {
  override readonly name = 'AnswerTooLarge';
  constructor(bytesMax: number, options?: ErrorOptions) {
    super(`The answer of the store has more than ${bytesMax} bytes.`, options);
  }
}

/** Nobody waits for the answer any more. */
export class CallerGone extends Error {
  override readonly name = 'CallerGone';
  constructor(options?: ErrorOptions) {
    super('The caller went away before the answer was there.', options);
  }
}

/** The projector has not yet made what is to be read. Trying again helps once it runs. */
export class NotReady extends Error {
  override readonly name = 'NotReady';
}
