/** The whole API over readers in memory, on a port of its own, asked over HTTP. */
import type { Express } from 'express';
import { pino } from 'pino';
import { openAccess } from '../../api/access/credentials.js';
import type { ChangesContext } from '../../api/changes/hub.js';
import { createApp, type Entrance } from '../../api/composition/app.js';
import { composeLimits, type LimitSettings } from '../../api/composition/limits.js';
import { composeReaders } from '../../api/composition/readers.js';
import { RecentAnswers } from '../../api/degraded/recent-answers.js';
import type { EventPorts } from '../../api/events/deliveries.js';
import { Shares } from '../../api/fairness/shares.js';
import { AggregateLog } from '../../api/history/aggregate-log.js';
import type { HistoryPorts } from '../../api/history/history.js';
import { HttpService, type ServerSettings } from '../../api/http/service.js';
import type { Connections } from '../../api/limits/connections.js';
import type { DocumentReader, Refresher } from '../../api/ports/documents.js';
import type { Freshness, FreshnessSource, PositionSource } from '../../api/ports/freshness.js';
import type { GenerationSource } from '../../api/ports/generations.js';
import type { BasisSource, RecordSource } from '../../api/ports/history.js';
import type { JobSource, ProgressSource } from '../../api/ports/waiting.js';
import { MemoryReader } from '../../api/readers/memory/reader.js';
import type { RouteContext } from '../../api/routes/context.js';
import { systemTimers } from '../../api/waiting/timers.js';
import { Watch } from '../../api/waiting/watch.js';
import type { ViewName } from '../../mappings/contract.js';
import { definitionsOf } from '../../mappings/definition.js';
import { views } from '../../mappings/registry.js';
import type { HttpBounds } from '../../runtime/http/bounded-server.js';
import type { Log } from '../../runtime/log.js';
import { SECRET } from './asking.js';
import { noChanges } from './changes/composed.js';
import { servedOf } from './served.js';

export { servedOf };

export const FRESH: Freshness = { lagEvents: 0, lagMs: 0, refused: 0, asOf: '2026-11-21T00:00:00.000Z' };

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: what it holds is what the tests look at
  readonly body: any;
}

export interface TestServer {
  readonly url: string;
  get(path: string, init?: RequestInit): Promise<Answer>;
  close(): Promise<void>;
}

/** Documents by view, as they are shown. */
export type Holdings = { readonly [View in ViewName]?: readonly object[] };

export function memoryReader(holdings: Holdings, generation = 1): MemoryReader {
  const reader = new MemoryReader();
  for (const view of Object.values(views)) {
    const stored = (holdings[view.name] ?? []).map((document) => {
      const id = String((document as Record<string, unknown>)[view.queries.id.name]);
      return [id, view.toStored(document, { businessTimeZone: 'UTC', reportingCurrency: 'CNY' })] as const;
    });
    reader.hold({ view, generation, revision: 1 }, stored);
  }
  return reader;
}

export const GENEROUS: LimitSettings = {
  REQUESTS_IN_FLIGHT_MAX: 500,
  CONNECTIONS_MAX: 10_000,
  CALLER_SHARE_PERCENT: 100,
  SATURATION_MS: 10_000,
  RATE_LIMIT_POINTS: 0,
  RATE_LIMIT_WINDOW_MS: 1_000,
  STORE_CONCURRENCY_MAX: 32,
  STORE_QUEUE_MAX: 128,
  STORE_TIMEOUT_MS: 3_000,
  ANSWER_BYTES_MAX: 33_554_432,
  ANSWERS_BYTES_IN_FLIGHT_MAX: 100_663_296,
};

export const GENEROUS_BOUNDS: HttpBounds = {
  requestTimeoutMs: 10_000,
  answerTimeoutMs: 10_000,
  connectionsMax: 10_000,
  pipelinedMax: 1_000,
};

const NOTHING_MERGED: ProgressSource & PositionSource = {
  progress: async () => new Map(),
  positions: async () => new Map(),
};

const NOTHING_KEPT = () => new RecentAnswers({ ageMs: 0, entriesMax: 1, bytesMax: 1 });

const NO_JOBS: JobSource = { jobs: async () => [] };

const NOTHING_KNOWN: BasisSource = { states: async () => new Map(), periods: async () => new Map() };
const NO_RECORDS: RecordSource = {
  at: async (places) => places.map(() => null),
  withKey: async (_, { to }) => ({ records: [], next: to, begins: 0, isAllRead: true }),
};
const NO_LOG = new AggregateLog(
  NO_RECORDS,
  { searchMsMax: 1_000, searchesMax: 2, bytesMax: 1_000_000 },
  new Shares(100),
);

const NO_EVENTS: EventPorts = {
  basis: NOTHING_KNOWN,
  traces: {
    remembering: async () => [],
    quarantined: async () => [],
    referring: async () => [],
    passed: async () => new Map(),
  },
  log: NO_LOG,
  positions: NOTHING_MERGED,
};

function probesOf({ elasticsearch, mongodb }: { elasticsearch: DocumentReader; mongodb: DocumentReader }) {
  return { elasticsearch: () => elasticsearch.ping(), mongodb: () => mongodb.ping() };
}

export interface Parts {
  readonly elasticsearch: DocumentReader;
  readonly mongodb: DocumentReader;
  readonly generations?: GenerationSource;
  readonly freshness?: FreshnessSource;
  readonly refresher?: Refresher;
  /** What `Wait-For` learns of; nothing is merged without. */
  readonly progress?: ProgressSource & PositionSource;
  /** The fan-out that it learns of; none is under way without. */
  readonly jobs?: JobSource;
  /** Without, there is no log of changes. */
  readonly changes?: ChangesContext;
  /** Without, nothing has a past. */
  readonly history?: Partial<HistoryPorts>;
  /** Without, no event has left a trace. */
  readonly events?: Partial<EventPorts>;
  readonly entrance?: Partial<Entrance>;
  readonly limits?: Partial<LimitSettings>;
  readonly highlightStepsMax?: number;
  /** Without, there is one. */
  readonly cursorSecret?: () => Promise<Buffer>;
  /** What is kept for when a store is down; nothing without. */
  readonly recent?: RecentAnswers;
  /** Nothing is logged without. */
  readonly log?: Log;
  /** For so long requests are answered after a stop began; not at all without. */
  readonly drainGraceMs?: number;
  /** What clients may take of time and connections. */
  readonly bounds?: Partial<HttpBounds>;
}

interface Composed {
  readonly app: Express;
  readonly context: RouteContext;
  readonly log: Log;
  readonly stopping: AbortController;
  readonly connections: Connections;
}

/** The application, to be asked without a server. */
export function compose(parts: Parts): Composed {
  const log = parts.log ?? pino({ level: 'silent' });
  const limits = composeLimits({ ...GENEROUS, ...parts.limits }, probesOf(parts), log);
  const { progress = NOTHING_MERGED, jobs = NO_JOBS } = parts;
  const stopping = new AbortController();
  const context = {
    views,
    definitions: definitionsOf(views),
    readers: composeReaders(parts, limits.guards, parts.highlightStepsMax ?? 2_000_000),
    largePages: {},
    answers: limits.answers,
    generations: parts.generations ?? { live: async () => servedOf() },
    freshness: parts.freshness ?? { of: async () => FRESH },
    watch: new Watch({ progress, positions: progress, jobs, timers: systemTimers }, limits.waits),
    refresher: parts.refresher ?? { refresh: async () => {} },
    changes: parts.changes ?? noChanges(),
    events: { ...NO_EVENTS, ...parts.events },
    history: { basis: NOTHING_KNOWN, records: NO_RECORDS, log: NO_LOG, now: Date.now, ...parts.history },
    degradation: { recent: parts.recent ?? NOTHING_KEPT(), answered: limits.metrics.degraded },
    stopping: stopping.signal,
    cursorSecret: parts.cursorSecret ?? (async () => SECRET),
  };
  const entrance = {
    authenticator: openAccess,
    corsOrigins: [],
    hosts: { addresses: false, localNames: false, names: [] },
    ...parts.entrance,
  };
  return { app: createApp(context, log, entrance, limits), context, log, stopping, connections: limits.connections };
}

export async function serve(parts: Parts): Promise<TestServer> {
  const { app, context, log, stopping, connections } = compose(parts);
  const { drainGraceMs = 0 } = parts;
  const settings: ServerSettings = {
    ...{ host: '127.0.0.1', port: 0, drainGraceMs, drainTimeoutMs: 10_000 },
    ...GENEROUS_BOUNDS,
    connectionsMax: parts.limits?.CONNECTIONS_MAX ?? GENEROUS.CONNECTIONS_MAX,
    ...parts.bounds,
  };
  const beginStop = () => {
    stopping.abort();
    context.changes.hub.stop();
  };
  const service = new HttpService(app, settings, log, async () => {}, beginStop, connections);
  const url = `http://127.0.0.1:${await service.listen()}`;
  return {
    url,
    async get(path, init) {
      const response = await fetch(url + path, init);
      const text = await response.text();
      return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
    },
    close: () => service.stop(),
  };
}
