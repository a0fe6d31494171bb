import type { Position, PositionStore } from '../../projector/ports/events.js';
import type { Job, JobKey, JobStore } from '../../projector/ports/jobs.js';
import type { TicketCounter } from '../../projector/ports/tickets.js';

interface KeptJob {
  readonly job: Job;
  readonly leasedUntil: number;
  /** The positions that were durable when the pass began; `null` until then. */
  readonly through: readonly Position[] | null;
}

/** Jobs in memory. */
export class MemoryJobStore implements JobStore {
  private readonly jobs = new Map<string, KeptJob>();

  /** Generations of jobs are tickets: a number that is never given twice. */
  constructor(
    private readonly tickets: TicketCounter,
    private readonly positions: Pick<PositionStore, 'read'>,
  ) {}

  async request(keys: readonly JobKey[], now: number): Promise<void> {
    for (const key of keys) {
      const covered = await this.positions.read();
      const generation = await this.tickets.next();
      const kept = this.jobs.get(idOf(key));
      if (kept === undefined) this.begin({ ...key, requestedAt: now, covered }, generation);
      else this.jobs.set(idOf(key), { ...kept, job: { ...kept.job, again: true } });
    }
  }

  async take(now: number, leaseMs: number): Promise<Job | null> {
    const positions = await this.positions.read();
    const [free] = [...this.jobs.values()].filter(({ leasedUntil }) => leasedUntil < now).sort(byGeneration);
    if (free === undefined) return null;
    this.jobs.set(idOf(free.job), { ...free, leasedUntil: now + leaseMs, through: free.through ?? positions });
    return free.job;
  }

  async advance(job: Job, cursor: string, documents: number, leasedUntil: number): Promise<boolean> {
    const kept = this.same(job);
    if (kept === null) return false;
    this.jobs.set(idOf(job), { ...kept, job: { ...kept.job, cursor, documents }, leasedUntil });
    return true;
  }

  async finish(job: Job): Promise<void> {
    const generation = await this.tickets.next();
    const kept = this.same(job);
    if (kept === null) return;
    if (kept.job.again) this.begin({ ...kept.job, covered: kept.through ?? [] }, generation);
    else this.jobs.delete(idOf(job));
  }

  async list(): Promise<readonly Job[]> {
    return [...this.jobs.values()].sort(oldestFirst).map(({ job }) => job);
  }

  /** Whether any job could be taken at that time. */
  hasFree(now: number): boolean {
    return [...this.jobs.values()].some(({ leasedUntil }) => leasedUntil < now);
  }

  get size(): number {
    return this.jobs.size;
  }

  private same(job: Job): KeptJob | null {
    const kept = this.jobs.get(idOf(job));
    return kept?.job.generation === job.generation ? kept : null;
  }

  private begin(key: JobKey & Pick<Job, 'requestedAt' | 'covered'>, generation: number): void {
    const { view, reference, referredId, requestedAt, covered } = key;
    const fresh = { generation, cursor: null, documents: 0, again: false };
    const job: Job = { view, reference, referredId, requestedAt, covered, ...fresh };
    this.jobs.set(idOf(job), { job, leasedUntil: 0, through: null });
  }
}

function idOf({ view, reference, referredId }: JobKey): string {
  return `${view}/${reference}/${referredId}`;
}

function byGeneration(a: KeptJob, b: KeptJob): number {
  return a.job.generation - b.job.generation;
}

function oldestFirst(a: KeptJob, b: KeptJob): number {
  return a.job.requestedAt - b.job.requestedAt || (idOf(a.job) < idOf(b.job) ? -1 : 1);
}
