/** One rebuild by the projector that runs, watched as `projector rebuild status` shows it, and removed afterwards. */
import { setTimeout } from 'node:timers/promises';
import { type OperationServers, rebuildingPorts } from '../projector/composition/operations.js';
import { costsOf } from '../projector/generations/costs.js';
import { startRebuild } from '../projector/operations/rebuilding.js';
import { retireGeneration } from '../projector/operations/retiring.js';
import { rebuildStatus } from '../projector/operations/status.js';
import { rollBack, switchGeneration } from '../projector/operations/switching.js';
import type { RebuildCosts, RebuildRecord } from '../projector/ports/rebuilds.js';
import { consumerGroup } from '../runtime/storage/names.js';
import type { GenerationRecord } from '../runtime/storage/records.js';

type Derivation = Pick<GenerationRecord, 'businessTimeZone' | 'reportingCurrency'>;

export interface RebuildPhase {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

export interface RebuildRun {
  /** From when its group has its members to when every document is rendered. */
  readonly seconds: number;
  /** From the order to start to when the group has its members: the same for any history. */
  readonly startSeconds: number;
  readonly events: number;
  readonly documents: number;
  /** When it folded the events, summed and rendered, on the clock of `performance.now()`. */
  readonly phases: readonly RebuildPhase[];
  /** What it showed of its steps; `null` when it was too short for that. */
  readonly costs: RebuildCosts | null;
}

export interface SwitchRun {
  /** From the order until the registry says so: API processes learn of it within a second. */
  readonly thereSeconds: number;
  readonly backSeconds: number;
}

/** Builds a generation that is kept, switches to it and back, and removes it. */
export async function runSwitches(servers: OperationServers, settings: Derivation): Promise<SwitchRun> {
  const ports = rebuildingPorts(servers);
  const from = { kind: 'beginning' as const };
  const generation = await startRebuild(ports, { from, acceptLoss: false, fullSpeed: true, settings });
  while ((await rebuildStatus(ports, servers)).phase !== 'complete') await setTimeout(LOOK_MS);
  const served = async (number: number) => (await ports.registry.read())?.live === number;
  const timed = async (order: Promise<unknown>, number: number) => {
    const begun = performance.now();
    while (!(await served(number))) await setTimeout(STEP_MS);
    const seconds = (performance.now() - begun) / 1000;
    await order;
    return seconds;
  };
  const [former] = (await ports.registry.read())?.generations ?? [];
  if (former === undefined) throw new Error('There is no generation to go back to.');
  // What differs is not looked for: that takes as long as there are documents.
  const thereSeconds = await timed(switchGeneration(ports, generation, { acceptDifferences: true }), generation);
  const backSeconds = await timed(rollBack(ports), former.number);
  await retireGeneration(ports, generation);
  return { thereSeconds, backSeconds };
}

const STEP_MS = 50;
/** Seldom enough to be no load of its own. */
const LOOK_MS = 250;

export async function runRebuild(
  servers: OperationServers,
  settings: Derivation,
  fullSpeed: boolean,
): Promise<RebuildRun> {
  const ports = rebuildingPorts(servers);
  const ordered = performance.now();
  const generation = await startRebuild(ports, { from: { kind: 'beginning' }, acceptLoss: false, fullSpeed, settings });
  const group = consumerGroup({ namespace: servers.namespace, generation });
  while (!(await hasMembers(servers, group))) await setTimeout(STEP_MS);
  const begun = performance.now();
  for (;;) {
    const status = await rebuildStatus(ports, servers);
    const at = performance.now();
    if (status.phase === 'complete') {
      const record = await ports.rebuilds.read(generation);
      if (record === null) throw new Error(`The rebuild of generation ${generation} has left no record.`);
      await retireGeneration(ports, generation);
      return {
        seconds: (at - begun) / 1000,
        startSeconds: (begun - ordered) / 1000,
        phases: phasesOf(record, begun, at),
        costs: costsOf(record),
        events: status.events.total,
        documents: status.documents.done,
      };
    }
    await setTimeout(LOOK_MS);
  }
}

async function hasMembers({ admin }: OperationServers, group: string): Promise<boolean> {
  const { groups } = await admin.describeGroups([group]);
  return groups.some(({ state, members }) => state === 'Stable' && members.length > 0);
}

function phasesOf({ filledAt, summedAt }: RebuildRecord, from: number, to: number): RebuildPhase[] {
  const [filled = to, summed = to] = [filledAt, summedAt].map((date) => Number(date) - performance.timeOrigin);
  return [
    { name: 'folding', from, to: filled },
    { name: 'summing', from: filled, to: summed },
    { name: 'rendering', from: summed, to },
  ];
}
