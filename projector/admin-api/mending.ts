/** What the admin API can do about what is wrong: verify, refresh, and look after what is set apart. */
import type { ViewName } from '../../mappings/contract.js';
import { views } from '../../mappings/registry.js';
import type { Log } from '../../runtime/log.js';
import { liveOf } from '../../runtime/storage/registry.js';
import { withGenerations } from '../composition/operated.js';
import { type OperationServers, refusalPorts } from '../composition/operations.js';
import type { ProjectorSettings } from '../composition/settings.js';
import { registered } from '../operations/rebuilding.js';
import { discard, type RedriveResult, redrive, showQuarantined } from '../operations/redriving.js';
import { type RefreshChoice, type RefreshResult, refresh } from '../operations/refreshing.js';
import {
  type ListedRefusal,
  listRefused,
  type RefusalChoice,
  type RetryResult,
  retryRefused,
  type ShownRefusal,
  showRefused,
} from '../operations/refusals.js';
import type { ListedEntry, QuarantineChoice } from '../ports/quarantine.js';
import { type Verification, type VerifyRequest, verify } from '../reconcile/verifying.js';
import { MongoQuarantineDesk } from '../stores/mongodb/quarantine-desk.js';

export interface MendingOperations {
  quarantine(choice: QuarantineChoice, limit: number): Promise<readonly ListedEntry[]>;
  /** Its content included. */
  quarantined(id: string): Promise<object>;
  redrive(choice: QuarantineChoice, options: { readonly dryRun: boolean }): Promise<RedriveResult>;
  discard(id: string, reason: string): Promise<void>;
  verifyDocuments(
    request: Omit<VerifyRequest, 'views'> & { readonly view?: ViewName | undefined },
  ): Promise<Verification>;
  refresh(choice: RefreshChoice, options: { readonly replay: boolean }): Promise<RefreshResult>;
  refused(limit: number): Promise<readonly ListedRefusal[]>;
  refusedDocument(view: ViewName, id: string): Promise<ShownRefusal>;
  retryRefused(choice: RefusalChoice): Promise<RetryResult>;
}

export function mendingOperations(servers: OperationServers, settings: ProjectorSettings, log: Log): MendingOperations {
  const desk = new MongoQuarantineDesk(servers.db);
  return {
    quarantine: (choice, limit) => desk.list(choice, limit),
    quarantined: (id) => showQuarantined(desk, id),
    async redrive(choice, { dryRun }) {
      const { generations } = await registered(servers.registry);
      return withGenerations(servers, settings, log, (operate) =>
        redrive(desk, { generations, operate }, choice, { dryRun, now: servers.clock.now }),
      );
    },
    discard: (id, reason) => discard(desk, id, reason, servers.clock.now()),
    async verifyDocuments({ view, ...request }) {
      const live = liveOf(await registered(servers.registry));
      const chosen = view === undefined ? Object.values(views).map(({ name }) => name) : [view];
      return withGenerations(servers, settings, log, (operate) => verify(operate(live), { ...request, views: chosen }));
    },
    async refresh(choice, options) {
      const live = liveOf(await registered(servers.registry));
      return withGenerations(servers, settings, log, (operate) => refresh(operate(live), choice, options));
    },
    async refused(limit) {
      const { live } = await registered(servers.registry);
      return listRefused(refusalPorts(servers, live), limit);
    },
    async refusedDocument(view, id) {
      const live = liveOf(await registered(servers.registry));
      return withGenerations(servers, settings, log, (operate) => showRefused(operate(live), view, id));
    },
    async retryRefused(choice) {
      const live = liveOf(await registered(servers.registry));
      return withGenerations(servers, settings, log, (operate) => retryRefused(operate(live), choice));
    },
  };
}
