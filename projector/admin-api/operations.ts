/** What the admin API can do, over the operations that the command line uses, too. */
import type { ViewName } from '../../mappings/contract.js';
import type { Log } from '../../runtime/log.js';
import {
  doctorPorts,
  type ExaminedServers,
  explain,
  fanOutJobs,
  gaps,
  overviewPorts,
  rebuildingPorts,
} from '../composition/operations.js';
import type { ProjectorSettings } from '../composition/settings.js';
import { audited } from '../operations/audit.js';
import type { Comparison } from '../operations/comparison.js';
import { examine } from '../operations/doctor.js';
import type { Explanation } from '../operations/explain.js';
import { lagOfLive, type Overview, overviewOf, type PartitionLag } from '../operations/overview.js';
import type { RebuildStatus } from '../operations/progress.js';
import {
  pauseRebuild,
  planRebuild,
  type RebuildOptions,
  type RebuildPlan,
  resumeRebuild,
  startRebuild,
} from '../operations/rebuilding.js';
import { cancelRebuild, retireGeneration } from '../operations/retiring.js';
import {
  deleteSnapshot,
  listSnapshots,
  type SnapshotOptions,
  type SnapshotStatus,
  takeSnapshot,
} from '../operations/snapshots.js';
import { rebuildStatus } from '../operations/status.js';
import { rollBack, switchGeneration, verifyGeneration } from '../operations/switching.js';
import type { Action, Actor, AuditEntry } from '../ports/audit.js';
import type { Check } from '../ports/examination.js';
import type { Job } from '../ports/jobs.js';
import type { GapList } from '../reconcile/gaps.js';
import { MongoAuditTrail } from '../stores/mongodb/audit.js';
import { type MendingOperations, mendingOperations } from './mending.js';

export interface AdminOperations extends MendingOperations {
  readonly derivation: RebuildOptions['settings'];
  /** Does the work between two entries of the audit trail. */
  audited<Result>(actor: Actor, action: Action, work: () => Promise<Result>): Promise<Result>;

  status(): Promise<Overview>;
  lag(): Promise<readonly PartitionLag[]>;
  jobs(): Promise<readonly Job[]>;
  /** `limit`: of each aggregate. */
  gaps(limit: number): Promise<GapList>;
  rebuild(): Promise<RebuildStatus>;
  explain(view: ViewName, id: string): Promise<Explanation>;
  doctor(): Promise<readonly Check[]>;
  audit(limit: number): Promise<readonly AuditEntry[]>;

  plan(options: RebuildOptions): Promise<RebuildPlan>;
  start(options: RebuildOptions): Promise<number>;
  pause(): Promise<number>;
  resume(): Promise<number>;
  cancel(): Promise<number>;
  verify(generation: number): Promise<Comparison>;
  switch(generation: number, options: { readonly acceptDifferences: boolean }): Promise<void>;
  rollBack(): Promise<number>;
  retire(generation: number): Promise<void>;

  snapshots(): Promise<readonly SnapshotStatus[]>;
  takeSnapshot(options: SnapshotOptions): Promise<number>;
  deleteSnapshot(name: string): Promise<number>;
}

export function adminOperations(servers: ExaminedServers, settings: ProjectorSettings, log: Log): AdminOperations {
  const ports = rebuildingPorts(servers);
  const overview = overviewPorts(servers, settings.GAP_MS_MAX);
  const trail = new MongoAuditTrail(servers.db);
  return {
    derivation: { businessTimeZone: settings.BUSINESS_TIME_ZONE, reportingCurrency: settings.REPORTING_CURRENCY },
    audited: (actor, action, work) => audited({ trail, clock: servers.clock }, actor, action, work),
    status: () => overviewOf(overview, servers.namespace),
    lag: () => lagOfLive(overview),
    jobs: () => fanOutJobs(servers),
    gaps: (limit) => gaps(servers, settings.GAP_MS_MAX, limit),
    rebuild: () => rebuildStatus(ports, servers),
    explain: (view, id) => explain(servers, view, id),
    doctor: () => examine(doctorPorts(servers)),
    audit: (limit) => trail.list(limit),
    plan: (options) => planRebuild(ports, options),
    start: (options) => startRebuild(ports, options),
    pause: () => pauseRebuild(ports),
    resume: () => resumeRebuild(ports),
    cancel: () => cancelRebuild(ports),
    verify: (generation) => verifyGeneration(ports, generation),
    switch: (generation, options) => switchGeneration(ports, generation, options),
    rollBack: () => rollBack(ports),
    retire: (generation) => retireGeneration(ports, generation),
    snapshots: () => listSnapshots(ports),
    takeSnapshot: (options) => takeSnapshot(ports, options),
    deleteSnapshot: (name) => deleteSnapshot(ports, name),
    ...mendingOperations(servers, settings, log),
  };
}
