/**
 * Works off the jobs of changes that reach too many documents to go with their batch. A job survives its process: its
 * cursor moves only after the documents before it are durable, and whoever takes it next goes on from there.
 */
import { views } from '../../mappings/registry.js';
import type { Log } from '../../runtime/log.js';
import type { Service } from '../../runtime/service.js';
import { DirtyDocuments, type ReferenceTouch } from '../pipeline/dirty.js';
import { chunksOf, type PublishPorts, publishAll } from '../pipeline/publish.js';
import { documentsOf, viewOf } from '../pipeline/touch.js';
import type { Job, JobKey, JobStore } from '../ports/jobs.js';
import type { Referring } from '../ports/states.js';
import { inOrder } from '../work/in-order.js';
import type { Patience } from '../work/retry-policy.js';
import { yieldWhile } from '../work/yielding.js';

export interface FanOutPorts {
  readonly jobs: JobStore;
  readonly publish: PublishPorts;
  readonly patience: Patience;
  /** Whether live events are on their way into documents: they go first. */
  readonly isBusy: () => boolean;
  readonly sleep: (ms: number) => Promise<void>;
  readonly log: Log;
}

export interface FanOutSettings {
  /** Orders whose documents are written under one ticket. */
  readonly chunkOrdersMax: number;
  /** The same while live events come: what they meet is over sooner. */
  readonly busyChunkOrdersMax: number;
  /** How long a chunk waits at most for live events to be done: while they never are, a job goes on at this pace. */
  readonly yieldMsMax: number;
  readonly idleMs: number;
  readonly leaseMs: number;
}

/** Ids that are looked up together; the documents are read chunk by chunk. */
const PAGE_ORDERS = 10_000;
/** One is loaded while the other is written. */
const CHUNKS_IN_FLIGHT = 2;
/** Live events are taken to come for so long after the last one. */
const BUSY_MS = 1_000;

export class FanOut implements Service {
  private stopping = false;
  /** When live events were on their way last, as far as it was looked. */
  private busyAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly ports: FanOutPorts,
    private readonly settings: FanOutSettings,
  ) {}

  async run(): Promise<void> {
    const { jobs, publish: ports, patience, sleep, log } = this.ports;
    while (!this.stopping) {
      const job = await patience.until(() => jobs.take(ports.clock.now(), this.settings.leaseMs));
      if (job === null) {
        await sleep(this.settings.idleMs);
        continue;
      }
      log.info({ job: nameOf(job), cursor: job.cursor }, 'fan-out');
      await this.pass(job);
    }
  }

  async stop(): Promise<void> {
    this.stopping = true;
  }

  /** From the job's cursor to the last order. Left when stopping, or when another process has gone ahead. */
  private async pass(job: Job): Promise<void> {
    const { jobs, publish: ports, patience } = this.ports;
    const touch = ruleOf(job);
    // What this pass has rendered it has rendered after the change: the next order of the same customer need not again.
    const customers = new Set<string>();
    let { documents } = job;
    const complete = await inOrder(
      this.chunksAfter(job),
      CHUNKS_IN_FLIGHT,
      async (chunk) => {
        await this.yieldToLiveEvents();
        return this.stopping ? null : this.chunk(touch, chunk, customers);
      },
      async (chunk, rendered) => {
        if (rendered === null) return false;
        documents += rendered;
        const leasedUntil = ports.clock.now() + this.settings.leaseMs;
        return patience.until(() => jobs.advance(job, chunk.at(-1)?.orderId ?? '', documents, leasedUntil));
      },
    );
    if (!complete) return;
    await patience.until(() => jobs.finish(job));
    this.ports.log.info({ job: nameOf(job), documents }, 'fan-out complete');
  }

  private async *chunksAfter({ reference, referredId, cursor }: Job): AsyncGenerator<readonly Referring[], undefined> {
    const { publish: ports, patience } = this.ports;
    for (let after = cursor; ; ) {
      const orders = await patience.until(() =>
        ports.aggregates.referringAfter(reference, referredId, after, PAGE_ORDERS),
      );
      if (orders.length === 0) return;
      for (let at = 0; at < orders.length; ) {
        const size = this.chunkOrdersNow();
        yield orders.slice(at, at + size);
        at += size;
      }
      after = orders.at(-1)?.orderId ?? '';
    }
  }

  /** @returns the number of documents. */
  private async chunk(touch: ReferenceTouch, orders: readonly Referring[], customers: Set<string>): Promise<number> {
    const { publish: ports, patience } = this.ports;
    const view = viewOf(touch);
    const referring = documentsOf(touch, orders).filter((id) => touch.document === 'order' || !customers.has(id));
    // Others of them may be under way already: the cursor passes none of their orders before they are durable.
    if (touch.document === 'customer') for (const id of referring) customers.add(id);
    const documents = new DirtyDocuments();
    for (const id of referring) documents.add(view, id);
    await publishAll(ports, patience, chunksOf(documents, this.settings.chunkOrdersMax));
    return referring.length;
  }

  private chunkOrdersNow(): number {
    const { chunkOrdersMax, busyChunkOrdersMax } = this.settings;
    return this.ports.publish.clock.now() - this.busyAt < BUSY_MS ? busyChunkOrdersMax : chunkOrdersMax;
  }

  private yieldToLiveEvents(): Promise<void> {
    const { isBusy, sleep } = this.ports;
    const { clock } = this.ports.publish;
    if (isBusy()) this.busyAt = clock.now();
    return yieldWhile(() => isBusy() && !this.stopping, { clock, sleep }, this.settings.yieldMsMax);
  }
}

/** The rule by which the job's documents depend on the aggregate. */
function ruleOf({ view, reference }: JobKey): ReferenceTouch {
  const rule = views[view].touchedBy.find((touch) => touch.by === 'reference' && touch.reference === reference);
  if (rule?.by !== 'reference')
    throw new Error(`A job is for ${view} by ${reference}: the view declares no such rule.`);
  return rule;
}

function nameOf({ view, reference, referredId }: JobKey): string {
  return `${view}/${reference}/${referredId}`;
}
