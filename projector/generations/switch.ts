/**
 * Makes another generation the one that is served, so that no reader goes back in time:
 *
 *     halt the old one  →  read the ends of the topics  →  wait until the new one has reached them, its jobs are done and
 *     its indexes refreshed  →  switch, and halt the new one too  →  wait until every API process has seen it  →  go on
 *
 * A batch of the old generation is folded only when it was not halted after the batch was fetched, so whatever readers
 * have seen lies before those ends. Halts pass by themselves: who switches may die at any moment.
 */
import type { RegistryRecord } from '../../runtime/records.js';
import type { Pause } from '../pipeline/yielding.js';
import type { JobStore, PositionStore } from '../ports.js';
import { type Registry, recordOf } from './generation.js';

export interface SwitchPorts extends Pause {
  readonly registry: Registry;
  /** Of the generation that is to be served. */
  readonly positions: Pick<PositionStore, 'read'>;
  readonly jobs: Pick<JobStore, 'list'>;
  readonly refresh: () => Promise<void>;
  /** The end of every partition now, by `topic/partition`. */
  readonly ends: () => Promise<ReadonlyMap<string, number>>;
}

export class SwitchRefused extends Error {
  override readonly name = 'SwitchRefused';
}

/** How long both generations stand still at most. */
const HALT_MS = 30_000;
/** Not trusted to the last moment: clocks of processes differ. */
const MARGIN_MS = 5_000;
const LOOK_MS = 50;
/** API processes read the registry every second, and go on for another one when it does not answer at once. */
export const SEEN_AFTER_MS = 4_000;

/** @throws SwitchRefused when it cannot be done now; the old generation then goes on as before. */
export async function switchTo(generation: number, ports: SwitchPorts): Promise<void> {
  const { registry, clock } = ports;
  const deadline = clock.now() + HALT_MS - MARGIN_MS;
  const haltedUntil = new Date(clock.now() + HALT_MS);
  let former = 0;
  await registry.update((known) => {
    assertReady(known, generation);
    former = known.live;
    return halted(known, [known.live], haltedUntil);
  });
  try {
    await reached(generation, ports, deadline);
    const switched = await registry.update((known) =>
      known.live === former && clock.now() < deadline
        ? { ...halted(known, [former, generation], haltedUntil), live: generation }
        : null,
    );
    if (switched === null)
      throw new SwitchRefused('Another switch was ahead, or it took too long. Nothing has changed.');
    await ports.sleep(SEEN_AFTER_MS);
  } finally {
    await registry.update((known) => halted(known, [former, generation], undefined));
  }
}

/** @throws SwitchRefused */
export function assertReady(known: RegistryRecord, generation: number): void {
  const { phase, paused } = recordOf(known, generation);
  if (known.live === generation) throw new SwitchRefused(`Generation ${generation} is the one that is served.`);
  if (phase === 'frozen') throw new SwitchRefused(`Generation ${generation} is a snapshot of the past.`);
  if (phase !== undefined) throw new SwitchRefused(`Generation ${generation} is not complete yet: it is ${phase}.`);
  if (paused === true) throw new SwitchRefused(`Generation ${generation} is paused. Resume it first.`);
}

/** Waits until the generation shows everything that lies before the ends of now. */
async function reached(generation: number, ports: SwitchPorts, deadline: number): Promise<void> {
  const ends = await ports.ends();
  for (;;) {
    const positions = new Map(
      (await ports.positions.read()).map(({ topic, partition, next }) => [`${topic}/${partition}`, next]),
    );
    const behind = [...ends].filter(([name, end]) => (positions.get(name) ?? 0) < end);
    const jobs = behind.length > 0 ? [] : await ports.jobs.list();
    if (behind.length === 0 && jobs.length === 0) break;
    if (ports.clock.now() > deadline) {
      const missing =
        behind.length > 0 ? `has not reached the ends of ${behind.length} partitions` : 'has fan-out jobs left';
      throw new SwitchRefused(`Generation ${generation} ${missing}: is a projector running? Nothing has changed.`);
    }
    await ports.sleep(LOOK_MS);
  }
  await ports.refresh();
}

function halted(known: RegistryRecord, numbers: readonly number[], haltedUntil: Date | undefined): RegistryRecord {
  return {
    ...known,
    generations: known.generations.map((record) => {
      if (!numbers.includes(record.number)) return record;
      const { haltedUntil: _, ...rest } = record;
      return haltedUntil === undefined ? rest : { ...rest, haltedUntil };
    }),
  };
}
