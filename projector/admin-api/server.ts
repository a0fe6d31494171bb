import type { Server } from 'node:http';
import express, { type Express, type RequestHandler } from 'express';
import type { Registry } from 'prom-client';
import { boundedServer, type HttpBounds } from '../../runtime/http/bounded-server.js';
import { HttpDrain } from '../../runtime/http-drain.js';
import type { Log } from '../../runtime/log.js';
import type { Service } from '../../runtime/service.js';
import { admit } from './access.js';
import { AdminProblem, answerProblems, send } from './problems.js';

/** What is not answered so long after the projector has ended is cut off. */
const DRAIN_TIMEOUT_MS = 2_000;

export interface AdminSettings extends Omit<HttpBounds, 'pipelinedMax' | 'idleGivesWay'> {
  readonly host: string;
  readonly port: number;
}

/** Requests of one connection that wait for the one before them. */
const PIPELINED_MAX = 8;

const NOBODY = { dropped: () => {}, cutOff: () => {} };

/** What the process says of itself, asked for at every request. */
export interface Condition {
  /** `null`: there is nothing to measure yet. */
  readonly metrics: () => Registry | null;
  /** While it starts: which servers are waited for, each in a sentence; `null` afterwards. */
  readonly starting: () => readonly string[] | null;
  /** Why events do not get on; `null` when they do. */
  readonly hindrance: () => string | null;
}

export interface Admission {
  /** `null`: none is needed. */
  readonly token: string | null;
  readonly log: Log;
}

/** Health and metrics over HTTP; and the admin API, once the servers are there. */
export class AdminServer implements Service {
  private readonly server: Server;
  private readonly drain: HttpDrain;

  constructor(
    private readonly settings: AdminSettings,
    private readonly condition: Condition,
    /** Who may have what is not health. */
    private readonly admission: Admission,
    private readonly api: RequestHandler,
  ) {
    const bounds = { ...settings, pipelinedMax: PIPELINED_MAX, idleGivesWay: true } as const;
    this.server = boundedServer(this.app(), bounds, {}, NOBODY);
    this.drain = new HttpDrain(this.server);
  }

  /** Resolves once it listens. */
  async run(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject).listen(this.settings.port, this.settings.host, resolve);
    });
  }

  /** The projector is about to end: it is not ready any more, and until then still answers. */
  announceStop(): void {
    this.drain.begin();
  }

  async stop(): Promise<void> {
    await this.drain.close(DRAIN_TIMEOUT_MS);
  }

  private app(): Express {
    const { condition, admission } = this;
    const app = express();
    app.disable('x-powered-by');
    app.use(endsAfterBody);
    app.get('/health/live', (_request, response) => void response.json({ status: 'live' }));
    app.get('/health/ready', (_request, response) => {
      const lacking = condition.starting();
      const hindrance = lacking === null ? condition.hindrance() : null;
      if (this.drain.hasBegun) response.status(503).json({ status: 'stopping' });
      else if (lacking !== null) response.status(503).json({ status: 'starting', reasons: lacking });
      else if (hindrance !== null) response.status(503).json({ status: 'hindered', reasons: [hindrance] });
      else response.json({ status: 'ready' });
    });
    app.get('/metrics', admit(admission.token), async (_request, response) => {
      const metrics = condition.metrics();
      if (metrics === null) response.status(503).json({ status: 'starting' });
      else response.type(metrics.contentType).send(await metrics.metrics());
    });
    app.use('/admin/v1', (_request, response, next) => {
      const lacking = condition.starting();
      if (lacking === null) next();
      else send(response, new AdminProblem('store-unavailable', ['The projector is starting.', ...lacking].join(' ')));
    });
    app.use('/admin/v1', this.api);
    app.use(answerProblems(admission.log));
    return app;
  }
}

/** The connection ends with the answer: what is refused before its body has come is not read to the end. */
const endsAfterBody: RequestHandler = ({ headers }, response, next) => {
  const announced = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0;
  if (announced) response.set('Connection', 'close');
  next();
};
