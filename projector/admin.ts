import { createServer, type Server } from 'node:http';
import express, { type Express, type RequestHandler } from 'express';
import type { Registry } from 'prom-client';
import { HttpDrain } from '../runtime/http-drain.js';
import type { Service } from '../runtime/service.js';

/** What is not answered so long after the projector has ended is cut off. */
const DRAIN_TIMEOUT_MS = 2_000;

/** Health and metrics over HTTP, asked for at every request; and the admin API. */
export class AdminServer implements Service {
  private readonly server: Server;
  private readonly drain: HttpDrain;

  constructor(
    private readonly address: { readonly host: string; readonly port: number },
    private readonly metrics: () => Registry | null,
    private readonly ready: () => boolean,
    private readonly api: RequestHandler,
  ) {
    this.server = createServer(this.app());
    this.drain = new HttpDrain(this.server);
  }

  /** Resolves once it listens. */
  async run(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject).listen(this.address.port, this.address.host, resolve);
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
    const app = express();
    app.disable('x-powered-by');
    app.get('/health/live', (_request, response) => void response.json({ status: 'live' }));
    app.get('/health/ready', (_request, response) => {
      const status = this.drain.hasBegun ? 'stopping' : this.ready() ? 'ready' : 'starting';
      response.status(status === 'ready' ? 200 : 503).json({ status });
    });
    app.get('/metrics', async (_request, response) => {
      const metrics = this.metrics();
      if (metrics === null) response.status(503).json({ status: 'starting' });
      else response.type(metrics.contentType).send(await metrics.metrics());
    });
    app.use('/admin/v1', this.api);
    return app;
  }
}
