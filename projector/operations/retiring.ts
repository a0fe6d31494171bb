/** Takes generations away: one that is given up, that nobody wants to go back to, or what is left of one. */
import { setTimeout } from 'node:timers/promises';
import type { GenerationRecord, RegistryRecord } from '../../runtime/storage/records.js';
import { Refused } from '../generations/refused.js';
import { SEEN_AFTER_MS } from '../generations/switch.js';
import { ahead, type RebuildingPorts, registered } from './rebuilding.js';

/** Gives up the generation that is built, or complete and not served, and removes all of it. */
export async function cancelRebuild(ports: RebuildingPorts): Promise<number> {
  await registered(ports.registry);
  return remove(ports, (known) => {
    const found = ahead(known);
    if (found === undefined)
      throw new Refused('No rebuild is under way or waits to be switched to: there is none to cancel.');
    return found;
  });
}

/** Removes a generation that is not served: a former one, one that was rolled back from, or what is left of one. */
export async function retireGeneration(ports: RebuildingPorts, number: number): Promise<void> {
  const known = await registered(ports.registry);
  if (known.generations.every((record) => record.number !== number)) return removeLeftovers(ports, number);
  await remove(ports, (now) => {
    if (now.live === number) throw new Refused(`Generation ${number} is the one that is served.`);
    return now.generations.find((record) => record.number === number);
  });
}

/** Of a generation that never came to be registered, or whose removal was cut off. */
async function removeLeftovers({ traces, storages, rebuilds }: RebuildingPorts, number: number): Promise<void> {
  const left = (await Promise.all(traces.map((trace) => trace.numbers()))).flat();
  if (!left.includes(number)) throw new Refused(`There is no generation ${number}, and nothing is left of one.`);
  await Promise.all(storages.map((storage) => storage.drop({ number })));
  await rebuilds.remove(number);
}

/** Out of the registry first, so that every process lets go of it; what it consists of afterwards. */
export async function remove(
  { registry, storages, rebuilds }: Pick<RebuildingPorts, 'registry' | 'storages' | 'rebuilds'>,
  find: (known: RegistryRecord) => GenerationRecord | undefined,
): Promise<number> {
  let found: GenerationRecord | undefined;
  await registry.update((known) => {
    found = find(known);
    return { ...known, generations: known.generations.filter((other) => other !== found) };
  });
  if (found === undefined) throw new Refused('There is no such generation.');
  const gone = found;
  await setTimeout(SEEN_AFTER_MS);
  await Promise.all(storages.map((storage) => storage.drop(gone)));
  await rebuilds.remove(gone.number);
  return gone.number;
}
