/** What keeps the process and its stores from more than they can do, and what tells how near they are to it. */
import type { Log } from '../../runtime/log.js';
import { type ApiMetrics, createMetrics, meterLoad } from '../metrics.js';
import type { StoreName } from '../ports.js';
import { type GuardObserver, StoreGuard } from '../readers/guarded/store-guard.js';
import { InFlight } from './in-flight.js';
import { InProcessQuota } from './in-process/quota.js';
import { Lateness } from './lateness.js';
import { RateLimit } from './rate-limit.js';

/** How long a question waits for its turn before it is refused. */
const QUEUE_WAIT_MS = 500;
/** Questions in a row without an answer, after which a store is left alone. */
const FAILURES_MAX = 5;
const TRY_AGAIN_AFTER_MS = 1_000;
/** A request takes several turns of the event loop. */
const LATE_MS = 100;
const IN_FLIGHT_MAX_WHEN_LATE = 32;
/** Answers that last: the change feed limits its clients itself. */
const LONG_ANSWERS = ['/v1/changes'];

export interface LimitSettings {
  readonly REQUESTS_IN_FLIGHT_MAX: number;
  readonly RATE_LIMIT_POINTS: number;
  readonly RATE_LIMIT_WINDOW_MS: number;
  readonly STORE_CONCURRENCY_MAX: number;
  readonly STORE_QUEUE_MAX: number;
  readonly STORE_TIMEOUT_MS: number;
}

export interface Limits {
  readonly metrics: ApiMetrics;
  readonly inFlight: InFlight;
  /** `null`: callers are not limited. */
  readonly rateLimit: RateLimit | null;
  readonly guards: Readonly<Record<StoreName, StoreGuard>>;
}

/** `lists`: the names of the views. */
export function composeLimits(settings: LimitSettings, lists: Iterable<string>, log: Log): Limits {
  const metrics = createMetrics();
  const inFlight = new InFlight(
    {
      max: settings.REQUESTS_IN_FLIGHT_MAX,
      maxWhenLate: IN_FLIGHT_MAX_WHEN_LATE,
      lateMs: LATE_MS,
      unlimited: LONG_ANSWERS,
    },
    new Lateness(),
  );
  const observer: GuardObserver = {
    called: metrics.stores.called,
    changed: (store, state) => log.warn({ store, circuit: state }, 'the circuit of a store has changed'),
  };
  const guard = (store: StoreName) =>
    new StoreGuard(
      {
        store,
        concurrencyMax: settings.STORE_CONCURRENCY_MAX,
        queueMax: settings.STORE_QUEUE_MAX,
        queueWaitMs: QUEUE_WAIT_MS,
        timeoutMs: settings.STORE_TIMEOUT_MS,
        failuresMax: FAILURES_MAX,
        tryAgainAfterMs: TRY_AGAIN_AFTER_MS,
      },
      observer,
    );
  const guards = { elasticsearch: guard('elasticsearch'), mongodb: guard('mongodb') };
  meterLoad(metrics.registry, inFlight, Object.values(guards));
  const { RATE_LIMIT_POINTS: points, RATE_LIMIT_WINDOW_MS: windowMs } = settings;
  const rateLimit =
    points === 0 ? null : new RateLimit(new InProcessQuota({ points, windowMs }), lists, metrics.rateLimited);
  return { metrics, inFlight, rateLimit, guards };
}
