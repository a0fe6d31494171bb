import type { Server } from 'node:http';
import express, { type RequestHandler } from 'express';
import type { Registry } from 'prom-client';
import type { Service } from '../runtime/service.js';

/** Health and metrics over HTTP, asked for at every request; and the admin API. */
export class AdminServer implements Service {
  private server: Server | null = null;

  constructor(
    private readonly address: { readonly host: string; readonly port: number },
    private readonly metrics: () => Registry | null,
    private readonly ready: () => boolean,
    private readonly api: RequestHandler,
  ) {}

  /** Resolves once it listens. */
  async run(): Promise<void> {
    const app = express();
    app.disable('x-powered-by');
    app.get('/health/live', (_request, response) => void response.json({ status: 'live' }));
    app.get('/health/ready', (_request, response) => {
      const ready = this.ready();
      response.status(ready ? 200 : 503).json({ status: ready ? 'ready' : 'starting' });
    });
    app.get('/metrics', async (_request, response) => {
      const metrics = this.metrics();
      if (metrics === null) response.status(503).json({ status: 'starting' });
      else response.type(metrics.contentType).send(await metrics.metrics());
    });
    app.use('/admin/v1', this.api);
    await new Promise<void>((resolve, reject) => {
      this.server = app.listen(this.address.port, this.address.host, (error) => (error ? reject(error) : resolve()));
    });
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    this.server?.close();
  }
}
