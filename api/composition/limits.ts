/** What keeps the process and its stores from more than they can do, and what tells how near they are to it. */

import type { RequestHandler } from 'express';
import type { Log } from '../../runtime/log.js';
import { QUEUE_WAIT_MS } from '../fairness/fair-turns.js';
import { Shares } from '../fairness/shares.js';
import { AnswerRoom } from '../limits/answer-room.js';
import { Connections } from '../limits/connections.js';
import { InFlight } from '../limits/in-flight.js';
import { InProcessQuota } from '../limits/in-process/quota.js';
import { Lateness } from '../limits/lateness.js';
import type { Price } from '../limits/prices.js';
import { RateLimit } from '../limits/rate-limit.js';
import { Saturation } from '../limits/saturation.js';
import type { StoreName } from '../ports/documents.js';
import type { Probe } from '../readers/guarded/circuit.js';
import { type GuardObserver, StoreGuard } from '../readers/guarded/store-guard.js';
import type { WatchLimits } from '../waiting/watch.js';
import { type ApiMetrics, createMetrics, meterConnections, meterLoad } from './metrics.js';

/** Questions in a row without an answer, after which a store is left alone. */
const FAILURES_MAX = 5;
/** How long a large answer waits for its turn before it is refused. */
const ANSWER_WAIT_MS = 5_000;
const TRY_AGAIN_AFTER_MS = 1_000;
/** How long a store may take to say that it is there. */
const PROBE_TIMEOUT_MS = 1_000;
/** A request takes several turns of the event loop. */
const LATE_MS = 100;
const IN_FLIGHT_MAX_WHEN_LATE = 32;
/** Answers that last: the change feed limits its clients itself. */
const LONG_ANSWERS = ['/v1/changes'];

export interface LimitSettings {
  readonly REQUESTS_IN_FLIGHT_MAX: number;
  readonly CONNECTIONS_MAX: number;
  readonly CALLER_SHARE_PERCENT: number;
  readonly SATURATION_MS: number;
  readonly RATE_LIMIT_POINTS: number;
  readonly RATE_LIMIT_WINDOW_MS: number;
  readonly STORE_CONCURRENCY_MAX: number;
  readonly STORE_QUEUE_MAX: number;
  readonly STORE_TIMEOUT_MS: number;
  readonly ANSWER_BYTES_MAX: number;
  readonly ANSWERS_BYTES_IN_FLIGHT_MAX: number;
}

export interface Limits {
  readonly metrics: ApiMetrics;
  readonly inFlight: InFlight;
  readonly connections: Connections;
  /** Those who wait for events must not shut out those who do not: they are half of the requests at most. */
  readonly waits: WatchLimits;
  /** What the process has had too little of for a lasting time, each in a sentence. */
  readonly saturation: () => readonly string[];
  /** Stands before a route and takes its price from the caller, or refuses. */
  readonly pay: (price: Price) => RequestHandler;
  readonly guards: Readonly<Record<StoreName, StoreGuard>>;
  readonly answers: AnswerRoom;
}

/** `probes`: each finds out, cheaply, whether its store is there. */
export function composeLimits(settings: LimitSettings, probes: Readonly<Record<StoreName, Probe>>, log: Log): Limits {
  const metrics = createMetrics();
  const { inFlight, connections, saturation } = composePlaces(settings, metrics);
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
        callerSharePercent: settings.CALLER_SHARE_PERCENT,
        queueWaitMs: QUEUE_WAIT_MS,
        timeoutMs: settings.STORE_TIMEOUT_MS,
        failuresMax: FAILURES_MAX,
        tryAgainAfterMs: TRY_AGAIN_AFTER_MS,
        probeTimeoutMs: PROBE_TIMEOUT_MS,
      },
      probes[store],
      observer,
    );
  const guards = { elasticsearch: guard('elasticsearch'), mongodb: guard('mongodb') };
  meterLoad(metrics.registry, inFlight, Object.values(guards));
  meterConnections(metrics.registry, connections, saturation);
  const waitersMax = Math.max(1, Math.floor(settings.REQUESTS_IN_FLIGHT_MAX / 2));
  const waits = { waitersMax, shares: new Shares(settings.CALLER_SHARE_PERCENT), idle: inFlight.idle };
  const answers = new AnswerRoom({
    answerBytesMax: settings.ANSWER_BYTES_MAX,
    inFlightBytesMax: settings.ANSWERS_BYTES_IN_FLIGHT_MAX,
    waitMs: ANSWER_WAIT_MS,
  });
  return { metrics, inFlight, connections, waits, saturation, pay: payment(settings, metrics), guards, answers };
}

/** What requests and connections take places in, and whether these are all held. */
function composePlaces(settings: LimitSettings, metrics: ApiMetrics) {
  const { REQUESTS_IN_FLIGHT_MAX: max, CONNECTIONS_MAX: connectionsMax } = settings;
  const { SATURATION_MS: afterMs, CALLER_SHARE_PERCENT: percent } = settings;
  const slots = new Saturation({ max, afterMs }, () => inFlight.count);
  const inFlight: InFlight = new InFlight(
    { max, maxWhenLate: IN_FLIGHT_MAX_WHEN_LATE, lateMs: LATE_MS, unlimited: LONG_ANSWERS },
    new Lateness(),
    new Shares(percent),
    slots,
  );
  const sockets = new Saturation({ max: connectionsMax, afterMs }, () => connections.count);
  const connections: Connections = new Connections(connectionsMax, new Shares(percent), sockets, metrics.connections);
  const saturation = () => [
    ...(slots.isLasting ? [`All places for requests are held (REQUESTS_IN_FLIGHT_MAX=${max}).`] : []),
    ...(sockets.isLasting ? [`All places for connections are held (CONNECTIONS_MAX=${connectionsMax}).`] : []),
  ];
  return { inFlight, connections, saturation };
}

function payment(
  { RATE_LIMIT_POINTS: points, RATE_LIMIT_WINDOW_MS: windowMs }: LimitSettings,
  metrics: ApiMetrics,
): Limits['pay'] {
  if (points === 0) return () => (_request, _response, next) => next();
  const rateLimit = new RateLimit(new InProcessQuota({ points, windowMs }), metrics.rateLimited);
  return (price) => rateLimit.pay(price);
}
