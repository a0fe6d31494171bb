/** One rebuild by the projector that runs, watched as `projector rebuild status` shows it, and removed afterwards. */
import { setTimeout } from 'node:timers/promises';
import { type OperationServers, rebuildingPorts } from '../projector/operations/compose.js';
import { retireGeneration, startRebuild } from '../projector/operations/rebuilding.js';
import { rebuildStatus } from '../projector/operations/status.js';
import { consumerGroup } from '../runtime/names.js';
import type { GenerationRecord } from '../runtime/records.js';

export interface RebuildRun {
  /** From when its group has its members to when every document is rendered. */
  readonly seconds: number;
  /** From the order to start to when the group has its members: the same for any history. */
  readonly startSeconds: number;
  /** Of these, until the states had caught up; then until the sums were complete; the rest are documents. */
  readonly fillSeconds: number;
  readonly sumSeconds: number;
  readonly events: number;
  readonly documents: number;
  /** What was foretold at each look, and how it was in the end, from a tenth of the time onward. */
  readonly foretold: readonly { readonly etaSeconds: number; readonly leftSeconds: number }[];
}

const STEP_MS = 50;
const LOOK_MS = 500;

export async function runRebuild(
  servers: OperationServers,
  settings: Pick<GenerationRecord, 'businessTimeZone' | 'reportingCurrency'>,
  fullSpeed: boolean,
): Promise<RebuildRun> {
  const ports = rebuildingPorts(servers);
  const ordered = performance.now();
  const generation = await startRebuild(ports, { from: { kind: 'beginning' }, acceptLoss: false, fullSpeed, settings });
  const group = consumerGroup({ namespace: servers.namespace, generation });
  while (!(await hasMembers(servers, group))) await setTimeout(STEP_MS);
  const begun = performance.now();
  const looks: { readonly at: number; readonly etaSeconds: number | null }[] = [];
  let filledAt = begun;
  for (;;) {
    const status = await rebuildStatus(ports, servers);
    const at = performance.now();
    if (status.phase === 'filling') filledAt = at;
    looks.push({ at, etaSeconds: status.etaSeconds });
    if (status.phase === 'complete') {
      const { filledAt: filled, summedAt } = (await ports.rebuilds.read(generation)) ?? {};
      await retireGeneration(ports, generation);
      return {
        seconds: (at - begun) / 1000,
        startSeconds: (begun - ordered) / 1000,
        fillSeconds: (filledAt - begun) / 1000,
        sumSeconds: ((summedAt?.getTime() ?? Number.NaN) - (filled?.getTime() ?? Number.NaN)) / 1000,
        events: status.events.total,
        documents: status.documents.done,
        foretold: looks.flatMap(({ at: then, etaSeconds }) =>
          etaSeconds === null || then - ordered < 0.1 * (at - ordered) || then === at
            ? []
            : [{ etaSeconds, leftSeconds: (at - then) / 1000 }],
        ),
      };
    }
    await setTimeout(fullSpeed ? Math.min(LOOK_MS, 100) : LOOK_MS);
  }
}

async function hasMembers({ admin }: OperationServers, group: string): Promise<boolean> {
  const { groups } = await admin.describeGroups([group]);
  return groups.some(({ state, members }) => state === 'Stable' && members.length > 0);
}
