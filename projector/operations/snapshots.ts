/** Views of the past: generations that hold the events up to a moment. */
import { SNAPSHOT_NAME } from '../../runtime/storage/names.js';
import type { GenerationRecord, Snapshot, SnapshotClock } from '../../runtime/storage/records.js';
import { Refused } from '../generations/refused.js';
import type { RebuildingPorts, RebuildOptions, RebuildPlan } from './rebuilding.js';
import { createGeneration, registered } from './rebuilding.js';
import { remove } from './retiring.js';

export const SNAPSHOT_NAME_RULE =
  'must be 1 to 64 letters, digits, dots, hyphens and underscores, and begin with one of the first two';

export interface SnapshotOptions extends Snapshot {
  readonly clock: SnapshotClock;
  /** Goes on although events are no longer in Kafka. */
  readonly acceptLoss: boolean;
  readonly settings: RebuildOptions['settings'];
}

export interface SnapshotStatus extends Snapshot {
  readonly clock: SnapshotClock;
  readonly generation: number;
  /** `complete`: it can be asked for. */
  readonly phase: 'filling' | 'rendering' | 'complete';
  readonly documents: number;
  readonly createdAt: Date;
}

/** Begins a snapshot: from then on projector processes make it. Returns the number of its generation. @throws Refused */
export async function takeSnapshot(
  ports: RebuildingPorts,
  { name, at, clock, acceptLoss, settings }: SnapshotOptions,
): Promise<number> {
  if (!SNAPSHOT_NAME.test(name)) {
    throw new Refused(`The name of a snapshot ${SNAPSHOT_NAME_RULE}.`);
  }
  if (at.getTime() > ports.clock.now()) throw new Refused(`${at.toISOString()} is in the future.`);
  const known = await registered(ports.registry);
  assertUnused(known.generations, name);
  const plan = await planOf(ports, at, clock);
  if (plan.missing.length > 0 && !acceptLoss) {
    throw new Refused(
      `History is no longer in Kafka: ${plan.missing.join('; ')}. The snapshot would lack it. Insist with --accept-loss.`,
    );
  }
  const snapshot = { name, at, clock };
  const generation = { ...(await createGeneration(ports, known, plan, settings)), snapshot };
  await ports.registry.update((now) => {
    assertUnused(now.generations, name);
    return { ...now, generations: [...now.generations, generation] };
  });
  return generation.number;
}

/** Oldest first. */
export async function listSnapshots({
  registry,
  rebuilds,
}: Pick<RebuildingPorts, 'registry' | 'rebuilds'>): Promise<readonly SnapshotStatus[]> {
  const { generations } = await registered(registry);
  const all = await Promise.all(
    generations.map(async ({ snapshot, phase, number, createdAt }): Promise<SnapshotStatus[]> => {
      if (snapshot === undefined) return [];
      const isComplete = phase === 'frozen' || phase === undefined;
      const { documents = 0 } = (await rebuilds.read(number)) ?? {};
      const { clock = 'log' } = snapshot;
      return [{ ...snapshot, clock, generation: number, phase: isComplete ? 'complete' : phase, documents, createdAt }];
    }),
  );
  return all.flat().sort((a, b) => a.at.getTime() - b.at.getTime());
}

/** Removes it with all its documents. Returns the number of its generation. @throws Refused */
export async function deleteSnapshot(ports: RebuildingPorts, name: string): Promise<number> {
  await registered(ports.registry);
  return remove(ports, (now) => {
    const found = now.generations.find(({ snapshot }) => snapshot?.name === name);
    if (found === undefined) throw new Refused(`There is no snapshot ${name}.`);
    return found;
  });
}

function assertUnused(generations: readonly GenerationRecord[], name: string): void {
  if (generations.some(({ snapshot }) => snapshot?.name === name)) {
    throw new Refused(`There is a snapshot ${name} already. Delete it, or take another name.`);
  }
}

/**
 * By the log's clock, Kafka finds the first record that was appended later, and whatever comes before it is in the
 * snapshot. By the events' own, those of then may stand anywhere: all that there is now is read.
 */
async function planOf(
  { ranges, offsetsAt }: Pick<RebuildingPorts, 'ranges' | 'offsetsAt'>,
  at: Date,
  clock: SnapshotClock,
): Promise<Pick<RebuildPlan, 'from' | 'partitions' | 'missing'>> {
  const later = clock === 'log' ? await offsetsAt(new Date(at.getTime() + 1)) : [];
  const after = new Map(later.map(({ topic, partition, next }) => [`${topic}/${partition}`, next]));
  const endOf = (name: string, low: number, high: number) =>
    clock === 'event' ? high : Math.max(low, Math.min(high, after.get(name) ?? low));
  const all = [...(await ranges())].flatMap(([topic, own]) =>
    own.map(({ partition, low, high }) => ({ partition: `${topic}/${partition}`, low, high })),
  );
  return {
    from: 'the beginning',
    partitions: all.map(({ partition, low, high }) => ({
      ...{ partition, from: low },
      to: endOf(partition, low, high),
    })),
    missing: all.flatMap(({ partition, low }) => (low > 0 ? [`${partition}: ${low} events before offset ${low}`] : [])),
  };
}
