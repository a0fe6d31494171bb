/** Prometheus metrics of the API. */

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { ConnectionsObserver } from '../limits/connections.js';
import type { StoreName } from '../ports/documents.js';
import type { GuardState } from '../readers/guarded/circuit.js';
import type { CallOutcome, GuardObserver, StoreGuard } from '../readers/guarded/store-guard.js';
import type { RequestObserver } from '../routes/metrics.js';

/** Seconds. */
const DURATIONS = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];
const LOOP_RESOLUTION_MS = 10;

export interface ApiMetrics {
  readonly registry: Registry;
  readonly requests: RequestObserver;
  readonly stores: Pick<GuardObserver, 'called'>;
  readonly connections: ConnectionsObserver;
  rateLimited(): void;
  degraded(source: string): void;
}

export function createMetrics(): ApiMetrics {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Histogram({
    name: 'api_request_seconds',
    help: 'Requests by route and status, and how long they took; status gone: the caller went away before the answer',
    labelNames: ['route', 'status'],
    buckets: DURATIONS,
    registers,
  });
  const calls = new Histogram({
    name: 'api_store_seconds',
    help: 'Questions to stores by outcome (answered, failed, refused, abandoned), with the wait for their turn',
    labelNames: ['store', 'outcome'],
    buckets: DURATIONS,
    registers,
  });
  const rateLimited = new Counter({
    name: 'api_rate_limited_total',
    help: 'Requests refused because their caller had no points left',
    registers,
  });
  const refused = new Counter({
    name: 'api_connections_refused_total',
    help: 'Connections closed as they came: as many as there may be (all), or as leave room for other addresses (address)',
    labelNames: ['limit'],
    registers,
  });
  const cutOff = new Counter({
    name: 'api_answers_cut_off_total',
    help: 'Connections closed because their client did not read an answer in time',
    registers,
  });
  const degraded = new Counter({
    name: 'api_degraded_answers_total',
    help: "Lists answered while their store was down, by what from: a customer's recent orders, or recent answers",
    labelNames: ['source'],
    registers,
  });
  new Gauge({
    name: 'api_memory_bytes',
    help: 'Resident set size of the process',
    registers,
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  meterEventLoop(registry);
  return {
    registry,
    requests: {
      answered: (route, status, seconds) => requests.observe({ route, status: String(status) }, seconds),
    },
    stores: {
      called: (store: StoreName, outcome: CallOutcome, seconds) => calls.observe({ store, outcome }, seconds),
    },
    connections: { refused: (limit) => refused.inc({ limit }), cutOff: () => cutOff.inc() },
    rateLimited: () => rateLimited.inc(),
    degraded: (source) => degraded.inc({ source }),
  };
}

/** What is under way at the moment of a scrape. */
export function meterLoad(
  registry: Registry,
  inFlight: { readonly count: number },
  guards: readonly StoreGuard[],
): void {
  const registers = [registry];
  new Gauge({
    name: 'api_requests_in_flight',
    help: 'Requests that are being answered; health, metrics and the change feed do not count',
    registers,
    collect() {
      this.set(inFlight.count);
    },
  });
  const byStore = (name: string, help: string, measure: (guard: StoreGuard) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ['store'],
      registers,
      collect() {
        for (const guard of guards) this.set({ store: guard.store }, measure(guard));
      },
    });
  byStore('api_store_active', 'Questions that the store works on', ({ active }) => active);
  byStore('api_store_queued', 'Questions that wait for their turn', ({ queued }) => queued);
  byStore('api_store_circuit', 'The circuit: 0 closed, 1 trying, 2 open', ({ state }) => CIRCUIT_VALUES[state]);
}

/** Who is there at the moment of a scrape, and whether there is no room for others. */
export function meterConnections(
  registry: Registry,
  connections: { readonly count: number },
  saturation: () => readonly string[],
): void {
  const registers = [registry];
  new Gauge({
    name: 'api_connections',
    help: 'Open connections',
    registers,
    collect() {
      this.set(connections.count);
    },
  });
  new Gauge({
    name: 'api_saturated',
    help: 'Whether all places have been held for a lasting time, which takes the process out of a balancer: 1 yes, 0 no',
    registers,
    collect() {
      this.set(saturation().length > 0 ? 1 : 0);
    },
  });
}

/** What the process can answer from at the moment of a scrape. */
export function meterDegradation(
  registry: Registry,
  recent: { readonly size: number; readonly bytes: number },
  health: () => Promise<Readonly<Record<string, boolean>>>,
): void {
  const registers = [registry];
  new Gauge({
    name: 'api_check_up',
    help: 'What /health/ready looks at: 1 up, 0 down; the API is degraded while one is down',
    labelNames: ['check'],
    registers,
    async collect() {
      for (const [check, up] of Object.entries(await health())) this.set({ check }, up ? 1 : 0);
    },
  });
  const gauge = (name: string, help: string, measure: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(measure());
      },
    });
  gauge('api_recent_answers', 'Answers that are kept for when their store is down', () => recent.size);
  gauge('api_recent_answers_bytes', 'Memory that these take', () => recent.bytes);
}

const CIRCUIT_VALUES: Readonly<Record<GuardState, number>> = { closed: 0, trying: 1, open: 2 };

/** How late timers are: what one thread cannot keep up with shows here first. */
function meterEventLoop(registry: Registry): void {
  const delay = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  delay.enable();
  new Gauge({
    name: 'api_event_loop_delay_seconds',
    help: 'The 99th percentile of how late the event loop was since the scrape before',
    registers: [registry],
    collect() {
      this.set(Math.max(0, delay.percentile(99) / 1e9 - LOOP_RESOLUTION_MS / 1e3));
      delay.reset();
    },
  });
}
