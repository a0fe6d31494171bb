import { Counter, Gauge, Registry } from 'prom-client';
import type { ConsumerAlarms } from '../kafka/alarms.js';
import type { EventCounts } from '../pipeline/projection.js';
import type { StageTimes } from '../pipeline/stages.js';
import type { Clock } from '../ports/clock.js';
import type { Job, JobStore } from '../ports/jobs.js';
import { type GapPorts, oldGaps } from '../reconcile/gaps.js';
import type { Verification } from '../reconcile/verifying.js';

/** Read once for each scrape. While MongoDB is away the metrics keep their last values. */
export function meterJobs(registry: Registry, jobs: Pick<JobStore, 'list'>, clock: Clock): void {
  let reading: Promise<readonly Job[] | null> | null = null;
  const read = (): Promise<readonly Job[] | null> => {
    reading ??= jobs
      .list()
      .catch(() => null)
      .finally(() => {
        reading = null;
      });
    return reading;
  };
  const gauge = (name: string, help: string, measure: (waiting: readonly Job[]) => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      async collect() {
        const waiting = await read();
        if (waiting !== null) this.set(measure(waiting));
      },
    });
  gauge('projector_fan_out_jobs', 'Fan-out jobs waiting or under way', (waiting) => waiting.length);
  gauge('projector_fan_out_oldest_seconds', 'Age of the oldest fan-out job; 0 when there is none', ([oldest]) =>
    oldest === undefined ? 0 : (clock.now() - oldest.requestedAt) / 1000,
  );
  gauge(
    'projector_fan_out_documents',
    'Documents that the present passes of the fan-out jobs have written',
    (waiting) => waiting.reduce((sum, job) => sum + job.documents, 0),
  );
}

/** Read once for each scrape. While MongoDB is away it keeps its last values. */
export function meterGaps(registry: Registry, gaps: GapPorts): void {
  new Gauge({
    name: 'projector_gaps',
    help: 'Aggregates with a sequence that is missing for longer than GAP_MS_MAX, by aggregate',
    labelNames: ['aggregate'],
    registers: [registry],
    async collect() {
      const counts = await oldGaps(gaps).catch(() => null);
      for (const [aggregate, count] of Object.entries(counts ?? {})) this.set({ aggregate }, count);
    },
  });
}

export interface Metrics {
  readonly registry: Registry;
  readonly stages: StageTimes;
  readonly events: EventCounts;
  readonly alarms: ConsumerAlarms;
  readonly verified: (found: Verification) => void;
  /** Documents of the generation that a store refuses for good, now. */
  readonly refused: (documents: number) => void;
}

/** What the last check of all documents has found, in the process that made it. */
function verificationGauges(registry: Registry): (found: Verification) => void {
  const gauge = (name: string, help: string, labelNames: readonly string[] = []) =>
    new Gauge({ name, help, labelNames: [...labelNames], registers: [registry] });
  const finished = gauge('projector_verify_finished_seconds', 'When the last check ended, in seconds since 1970');
  const took = gauge('projector_verify_seconds', 'How long it took');
  const checked = gauge('projector_verify_checked', 'Documents that it looked at', ['view']);
  const faults = gauge('projector_verify_faults', 'Documents that it found missing, extra, different or ahead', [
    'view',
    'kind',
  ]);
  const undecided = gauge('projector_verify_undecided', 'Documents of which nothing could be told', ['view']);
  return ({ findings, tookMs }) => {
    finished.set(Date.now() / 1000);
    took.set(tookMs / 1000);
    for (const { name: view, ...found } of findings) {
      checked.set({ view }, found.checked);
      undecided.set({ view }, found.undecided);
      for (const kind of FAULT_KINDS) faults.set({ view, kind }, found[kind]);
    }
  };
}

const FAULT_KINDS = ['missing', 'extra', 'different', 'ahead'] as const;

/** Prometheus metrics of the pipeline. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const events = new Counter({
    name: 'projector_events_total',
    help: 'Events by what became of them: folded, unknown (type), quarantined',
    labelNames: ['outcome'],
    registers,
  });
  const quarantined = new Counter({
    name: 'projector_quarantined_total',
    help: 'Quarantined records by reason',
    labelNames: ['reason'],
    registers,
  });
  const seconds = new Counter({
    name: 'projector_stage_seconds_total',
    help: 'Wall time spent in each stage; stages overlap',
    labelNames: ['stage'],
    registers,
  });
  const runs = new Counter({
    name: 'projector_stage_runs_total',
    help: 'How often each stage ran',
    labelNames: ['stage'],
    registers,
  });
  const documents = new Counter({
    name: 'projector_documents_total',
    help: 'Documents sent, by view and outcome: written, superseded (a newer one was there), refused (for good)',
    labelNames: ['view', 'outcome'],
    registers,
  });
  const alarms = new Counter({
    name: 'projector_consumer_alarms_total',
    help: 'Kafka consumers that crashed, were stuck and replaced, or were moved past a range that holds nothing (passed)',
    labelNames: ['kind'],
    registers,
  });
  new Gauge({
    name: 'projector_memory_bytes',
    help: 'Resident set size of the process',
    registers,
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  const refused = new Gauge({
    name: 'projector_refused_documents',
    help: 'Documents that a store refuses for good, and that readers see as they were before, or not at all',
    registers,
  });
  return {
    registry,
    refused: (count) => refused.set(count),
    verified: verificationGauges(registry),
    stages: {
      observe(stage, elapsed) {
        seconds.inc({ stage }, elapsed);
        runs.inc({ stage });
      },
      count(view, { written, superseded, refused }) {
        documents.inc({ view, outcome: 'written' }, written);
        documents.inc({ view, outcome: 'superseded' }, superseded);
        documents.inc({ view, outcome: 'refused' }, refused);
      },
    },
    alarms: { raised: (kind) => alarms.inc({ kind }) },
    events: {
      folded: (count) => events.inc({ outcome: 'folded' }, count),
      unknown: (count) => events.inc({ outcome: 'unknown' }, count),
      quarantined(records) {
        events.inc({ outcome: 'quarantined' }, records.length);
        for (const { reason } of records) quarantined.inc({ reason });
      },
    },
  };
}
