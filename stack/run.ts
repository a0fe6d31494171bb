import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { messageOf } from './failure.js';
import { cacheFolder } from './folders.js';
import { type Guard, startGuard } from './guard.js';
import { endedEarly, launch, type Service, type ServiceSpec } from './process.js';

const SERVER_GRACE_MS = 5_000;

export interface LaunchOptions extends Omit<ServiceSpec, 'logFile'> {
  /** How long it may take to stop before it is killed. */
  graceMs?: number;
}

/** Everything that one launch starts, and the one way to stop it all. */
export class Run {
  /** For data; removed at the end. */
  readonly folder: string;
  readonly logFolder: string;
  private readonly guard: Guard;
  private readonly services: { service: Service; graceMs: number; isWatched: boolean }[] = [];
  private readonly killAtExit = (): void => this.kill();
  private stopping: Promise<void> | undefined;

  /** @param name names the folder of logs, e.g. `start`. */
  constructor(name: string) {
    this.folder = mkdtempSync(path.join(os.tmpdir(), 'projector-stack-'));
    // Elasticsearch may run as another user and has its folder in here.
    chmodSync(this.folder, 0o755);
    this.logFolder = path.join(cacheFolder(), 'logs', name);
    this.guard = startGuard(this.folder);
    process.once('exit', this.killAtExit);
  }

  launch(options: LaunchOptions): Service {
    const { graceMs = SERVER_GRACE_MS, ...spec } = options;
    const service = launch({ ...spec, logFile: path.join(this.logFolder, `${spec.name}.log`) });
    if (service.pid !== undefined) this.guard.watch(service.pid);
    this.services.push({ service, graceMs, isWatched: false });
    if (this.stopping) service.kill();
    return service;
  }

  get isStopping(): boolean {
    return this.stopping !== undefined;
  }

  /** Reports each running service that ends by itself; those that have ended before had done their work. */
  watchDeaths(report: (error: Error) => void): void {
    for (const entry of this.services) {
      const { service } = entry;
      if (entry.isWatched || !service.isRunning) continue;
      entry.isWatched = true;
      void service.exited.then((exit) => {
        if (!this.isStopping) report(endedEarly(service, exit));
      });
    }
  }

  /** Stops in the order given by `stages`, names of services; all others side by side at the end. */
  stop(stages: readonly string[] = []): Promise<void> {
    this.stopping ??= this.stopInStages(stages);
    return this.stopping;
  }

  kill(): void {
    for (const { service } of this.services) service.kill();
    this.tidy();
  }

  private async stopInStages(stages: readonly string[]): Promise<void> {
    for (const name of stages) await this.stopWhere((service) => service.name === name);
    await this.stopWhere(() => true);
    process.off('exit', this.killAtExit);
    this.tidy();
  }

  private async stopWhere(isMeant: (service: Service) => boolean): Promise<void> {
    const meant = this.services.filter(({ service }) => isMeant(service));
    await Promise.all(meant.map(({ service, graceMs }) => service.stop(graceMs)));
  }

  private tidy(): void {
    try {
      rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
    } catch (error) {
      process.stderr.write(`The folder ${this.folder} could not be removed: ${messageOf(error)}\n`);
    }
    this.guard.dismiss();
  }
}
