/**
 * Makes another generation the one that is served, so that no reader goes back in time:
 *
 *     halt both  →  read the ends of the topics  →  let both go on up to these, and no further  →  wait until both stand
 *     there, their jobs are done and their indexes refreshed  →  switch  →  wait until every API process has seen it  →
 *     let both go on
 *
 * API processes learn of a switch one after the other: while they do, a reader that asks now this one and now that one
 * is answered from either generation, so both must show the same. A batch is folded only when its generation was not
 * halted after the batch was fetched, so what either has folded lies before those ends. Halts pass by themselves: who
 * switches may die at any moment.
 */
import type { GenerationRecord, Halt, RegistryRecord } from '../../runtime/storage/records.js';
import { recordOf } from '../../runtime/storage/registry.js';
import type { PositionStore } from '../ports/events.js';
import type { Registry } from '../ports/generations.js';
import type { JobStore } from '../ports/jobs.js';
import type { Pause } from '../work/yielding.js';

export interface SwitchPorts extends Pause {
  readonly registry: Registry;
  readonly generation: (record: GenerationRecord) => SwitchedGeneration;
  /** The end of every partition now, by `topic/partition`. */
  readonly ends: () => Promise<ReadonlyMap<string, number>>;
}

export interface SwitchedGeneration {
  readonly positions: Pick<PositionStore, 'read'>;
  readonly jobs: Pick<JobStore, 'list'>;
  /** Resolves when what is written can be found. */
  readonly refresh: () => Promise<void>;
}

export class SwitchRefused extends Error {
  override readonly name = 'SwitchRefused';
}

/** How long both generations stand still at most. */
const HALT_MS = 30_000;
/** Not trusted to the last moment: clocks of processes differ. */
const MARGIN_MS = 5_000;
const LOOK_MS = 50;
/** API processes read the registry every second, and wait two for it when it is slow. */
export const SEEN_AFTER_MS = 4_000;

export interface SwitchOptions {
  /**
   * How long the one that is served now is waited for: it may be what has gone wrong. When it is left behind, readers
   * that ask several API processes may go back until all of these have seen the switch. Absent: it is not left behind.
   */
  readonly leaveBehindAfterMs?: number;
}

/** @throws SwitchRefused when it cannot be done now; the old generation then goes on as before. */
export async function switchTo(
  generation: number,
  ports: SwitchPorts,
  { leaveBehindAfterMs }: SwitchOptions = {},
): Promise<void> {
  const { registry, clock } = ports;
  const begun = clock.now();
  const deadline = begun + HALT_MS - MARGIN_MS;
  const until = new Date(begun + HALT_MS);
  let live = 0;
  const known = await registry.update((now) => {
    assertReady(now, generation);
    live = now.live;
    return halted(now, [live, generation], { until });
  });
  const both = [live, generation];
  try {
    const ends = await ports.ends();
    await registry.update((now) => halted(now, both, { until, upTo: [...ends] }));
    await stands(recordOf(known, generation), ends, ports, deadline);
    const leftBehind = leaveBehindAfterMs === undefined ? deadline : begun + leaveBehindAfterMs;
    await stands(recordOf(known, live), ends, ports, leftBehind).catch((error: unknown) => {
      if (leaveBehindAfterMs === undefined || !(error instanceof SwitchRefused)) throw error;
    });
    const switched = await registry.update((now) =>
      now.live === live && clock.now() < deadline ? { ...now, live: generation } : null,
    );
    if (switched === null)
      throw new SwitchRefused('Another switch was ahead, or it took too long. Nothing has changed.');
    await ports.sleep(SEEN_AFTER_MS);
  } finally {
    await registry.update((now) => halted(now, both, undefined));
  }
}

/** @throws SwitchRefused */
export function assertReady(known: RegistryRecord, generation: number): void {
  const record = known.generations.find(({ number }) => number === generation);
  if (record === undefined) {
    throw new SwitchRefused(
      `There is no generation ${generation}: "projector status" lists them. Nothing has changed.`,
    );
  }
  const { phase, paused, snapshot } = record;
  if (known.live === generation) throw new SwitchRefused(`Generation ${generation} is the one that is served.`);
  if (snapshot !== undefined) throw new SwitchRefused(`Generation ${generation} is the snapshot ${snapshot.name}.`);
  if (phase !== undefined) throw new SwitchRefused(`Generation ${generation} is not complete yet: it is ${phase}.`);
  if (paused === true) throw new SwitchRefused(`Generation ${generation} is paused. Resume it first.`);
}

/** Waits until the generation shows everything that lies before the ends. */
async function stands(
  record: GenerationRecord,
  ends: ReadonlyMap<string, number>,
  ports: SwitchPorts,
  deadline: number,
): Promise<void> {
  const { positions, jobs, refresh } = ports.generation(record);
  for (;;) {
    const reached = new Map(
      (await positions.read()).map(({ topic, partition, next }) => [`${topic}/${partition}`, next]),
    );
    const behind = [...ends].filter(([name, end]) => (reached.get(name) ?? 0) < end);
    const left = behind.length > 0 ? [] : await jobs.list();
    if (behind.length === 0 && left.length === 0) break;
    if (ports.clock.now() > deadline) {
      const missing =
        behind.length > 0 ? `has not reached the ends of ${behind.length} partitions` : 'has fan-out jobs left';
      throw new SwitchRefused(`Generation ${record.number} ${missing}: is a projector running? Nothing has changed.`);
    }
    await ports.sleep(LOOK_MS);
  }
  await refresh();
}

function halted(known: RegistryRecord, numbers: readonly number[], halt: Halt | undefined): RegistryRecord {
  return {
    ...known,
    generations: known.generations.map((record) => {
      if (!numbers.includes(record.number)) return record;
      const { halt: _, ...rest } = record;
      return halt === undefined ? rest : { ...rest, halt };
    }),
  };
}
