/**
 * Runs in this process what the registry lists: the generation that is served, those that are built, those that are kept
 * for rollback, and snapshots. The served one decides over the process; another one that fails is started again later.
 */
import type { Log } from '../../runtime/log.js';
import type { Service } from '../../runtime/service.js';
import type { GenerationRecord } from '../../runtime/storage/records.js';
import { liveOf } from '../../runtime/storage/registry.js';
import type { Registry } from '../ports/generations.js';

export interface SupervisorPorts<Running extends Service> {
  readonly registry: Pick<Registry, 'read'>;
  readonly compose: (record: GenerationRecord) => Running;
  /** Whether its documents are of the shape that this process writes: others are left to processes of their version. */
  readonly isOwn: (record: GenerationRecord) => boolean;
  readonly sleep: (ms: number) => Promise<void>;
  readonly log: Log;
}

interface Started<Running> {
  readonly generation: Running;
  readonly ended: Promise<void>;
}

const LOOK_MS = 500;
/** Looks until a generation that has failed is started again. */
const LOOKS_AFTER_FAILURE = 20;

export class GenerationSupervisor<Running extends Service> implements Service {
  private readonly started = new Map<number, Started<Running>>();
  private readonly resting = new Map<number, number>();
  private live: number | null = null;
  private stopping = false;
  private failed: (error: unknown) => void = () => {};

  constructor(private readonly ports: SupervisorPorts<Running>) {}

  /** All that run here. */
  get running(): readonly Running[] {
    return [...this.started.values()].map(({ generation }) => generation);
  }

  /** The generation that is served, once it runs here. */
  get serving(): Running | null {
    return this.live === null ? null : (this.started.get(this.live)?.generation ?? null);
  }

  /** The one by which this process is judged: the one that is served or, where others run that, the newest. */
  get foremost(): Running | null {
    const newest = Math.max(...this.started.keys());
    return this.serving ?? this.started.get(newest)?.generation ?? null;
  }

  /** Ends when stopped and all have ended in order; rejects when the one that is served cannot go on. */
  async run(): Promise<void> {
    const failure = new Promise<never>((_, reject) => {
      this.failed = reject;
    });
    await Promise.race([this.watch(), failure]);
    await Promise.race([Promise.all([...this.started.values()].map(({ ended }) => ended)), failure]);
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all([...this.started.values()].map(({ generation }) => generation.stop()));
  }

  private async watch(): Promise<void> {
    while (!this.stopping) {
      await this.look();
      await this.ports.sleep(LOOK_MS);
    }
  }

  private async look(): Promise<void> {
    const registry = await this.ports.registry.read().catch((error: unknown) => {
      // What runs goes on with what it knows; each batch asks for itself.
      this.ports.log.warn({ err: error }, 'the registry cannot be read');
      return undefined;
    });
    if (registry === undefined) return;
    if (registry === null) {
      this.failed(new Error('The registry is gone: MongoDB lost data. Start the projector again.'));
      return;
    }
    this.live = liveOf(registry).number;
    const wanted = new Map(
      registry.generations.filter((record) => this.ports.isOwn(record)).map((record) => [record.number, record]),
    );
    for (const [number, { generation }] of this.started) if (!wanted.has(number)) await generation.stop();
    for (const [number, record] of wanted) {
      if (this.started.has(number) || this.stopping || this.isResting(number)) continue;
      this.start(number, record);
    }
  }

  private start(number: number, record: GenerationRecord): void {
    const generation = this.ports.compose(record);
    const ended = generation.run().then(
      () => this.end(number),
      (error: unknown) => this.fail(number, error),
    );
    this.started.set(number, { generation, ended });
  }

  private end(number: number): void {
    if (!this.stopping) this.started.delete(number);
  }

  private async fail(number: number, error: unknown): Promise<void> {
    this.started.delete(number);
    if (number === this.live) {
      this.failed(error);
      return;
    }
    this.ports.log.error({ generation: number, err: error }, 'a generation that is not served has failed');
    this.resting.set(number, LOOKS_AFTER_FAILURE);
  }

  private isResting(number: number): boolean {
    const left = this.resting.get(number) ?? 0;
    if (left <= 1) this.resting.delete(number);
    else this.resting.set(number, left - 1);
    return left > 1;
  }
}
