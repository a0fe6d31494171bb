import type { GenerationRecord, RegistryRecord } from './records.js';

export function liveOf(registry: RegistryRecord): GenerationRecord {
  const live = registry.generations.find(({ number }) => number === registry.live);
  if (live === undefined)
    throw new Error(`The registry names generation ${registry.live} as live and does not list it.`);
  return live;
}

/** Whether the generation shows events as they come, or will once it is built. */
export function isFollowing({ snapshot }: GenerationRecord): boolean {
  return snapshot === undefined;
}

/** @throws Error when the generation is not registered any more. */
export function recordOf(registry: RegistryRecord | null, generation: number): GenerationRecord {
  const own = registry?.generations.find(({ number }) => number === generation);
  if (own !== undefined) return own;
  throw new Error(
    `Generation ${generation} is no longer registered in MongoDB: the registry was wiped or the generation retired. ` +
      'Start the projector again.',
  );
}
