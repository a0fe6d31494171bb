/** Opens the live generation: everything derived belongs to one, and its absence is never papered over. */

import type { DerivationSettings, ViewName } from '../../mappings/contract.js';
import { views } from '../../mappings/registry.js';
import type { Log } from '../../runtime/log.js';
import type { GenerationRecord, RegistryRecord } from '../../runtime/storage/records.js';
import { isFollowing, liveOf } from '../../runtime/storage/registry.js';
import { DECLARED, isOfThisShape, viewsDeclaredOtherwise } from '../../runtime/storage/shape.js';
import type { GenerationStorage, GenerationTraces, Registry } from '../ports/generations.js';

export interface GenerationPorts {
  readonly registry: Registry;
  readonly traces: readonly GenerationTraces[];
  readonly storages: readonly GenerationStorage[];
  readonly log: Log;
}

/** What one process has begun to create, and what was registered then. */
interface Begun {
  readonly generation: GenerationRecord;
  readonly before: RegistryRecord | null;
}

/**
 * The live generation, complete in all stores. Without a registry a number is taken that no trace names: under a
 * number used before, consumer groups would skip events and stored tickets would refuse every write. What is returned
 * may be called again after `Unavailable`: it goes on with the number that it has taken, and knows what it has started.
 * @throws Error when the live generation is incomplete, was derived with other settings, or has documents of another
 * shape than this process writes and there is no generation for it to build.
 */
export function generationOpening(
  ports: GenerationPorts,
  settings: DerivationSettings,
  options: { readonly startNew: boolean },
): () => Promise<GenerationRecord> {
  let begun: Begun | null = null;
  return async () => {
    const known = await ports.registry.read();
    const isToStart = known === null || (options.startNew && (begun === null || !hasMovedOn(known, begun)));
    if (!isToStart) return openLive(ports, settings, known);
    begun ??= { generation: await nextGeneration(ports, settings, known), before: known };
    const { generation } = begun;
    await Promise.all(ports.storages.map((storage) => storage.create(generation)));
    if (await register(ports.registry, generation, known)) return generation;
    // Another process was ahead: its generation is the live one.
    return openGeneration(ports, settings, { startNew: false });
  };
}

/** Once. */
export function openGeneration(...given: Parameters<typeof generationOpening>): Promise<GenerationRecord> {
  return generationOpening(...given)();
}

/** Whether a new generation is there by now: another process's, or this one's whose registration was not confirmed. */
function hasMovedOn({ live, generations }: RegistryRecord, { generation, before }: Begun): boolean {
  return live !== before?.live || generations.some(({ number }) => number === generation.number);
}

async function openLive(
  { registry, storages }: GenerationPorts,
  settings: DerivationSettings,
  known: RegistryRecord,
): Promise<GenerationRecord> {
  const live = liveOf(known);
  assertSameSettings(live, settings);
  await assertDefinitions(registry, known, live);
  const missing = (await Promise.all(storages.map((storage) => storage.missing(live)))).flat();
  if (missing.length > 0) {
    throw new Error(
      `Generation ${live.number} is registered but lacks ${missing.join(', ')}: a store lost data or the address is ` +
        'that of another server. Check the addresses, or start the projector once with --new-generation to build ' +
        'everything anew from Kafka.',
    );
  }
  return live;
}

async function nextGeneration(
  { traces, log }: GenerationPorts,
  settings: DerivationSettings,
  known: RegistryRecord | null,
): Promise<GenerationRecord> {
  const used = (await Promise.all(traces.map((trace) => trace.numbers()))).flat();
  const number = Math.max(0, ...used, ...(known?.generations ?? []).map((generation) => generation.number)) + 1;
  const revisions = Object.fromEntries(Object.keys(views).map((view) => [view, 1])) as Record<ViewName, number>;
  if (number > 1)
    log.warn({ generation: number, used }, 'starting a new generation: everything is built anew from Kafka');
  return { number, createdAt: new Date(), revisions, definitions: DECLARED, ...settings };
}

/** Whether the generation is the live one by it. */
function register(registry: Registry, generation: GenerationRecord, known: RegistryRecord | null): Promise<boolean> {
  return known === null ? registry.create(generation) : replaceLive(registry, generation, known);
}

/** Makes the generation live, unless another one has become so, or was added, since the registry was read. */
async function replaceLive(registry: Registry, generation: GenerationRecord, since: RegistryRecord): Promise<boolean> {
  const written = await registry.update((known) =>
    known.live !== since.live || known.generations.length !== since.generations.length
      ? null
      : { ...known, live: generation.number, generations: [...known.generations, generation] },
  );
  return written !== null;
}

function assertSameSettings(live: GenerationRecord, settings: DerivationSettings): void {
  const different = (['businessTimeZone', 'reportingCurrency'] as const).filter(
    (name) => live[name] !== settings[name],
  );
  if (different.length === 0) return;
  const list = different.map((name) => `${name} ${live[name]} (now ${settings[name]})`).join(', ');
  throw new Error(
    `Generation ${live.number} was derived with ${list}. Start with the former value, or once with --new-generation ` +
      'to build everything anew from Kafka.',
  );
}

/** A generation of before there were definitions gets those of now: nothing else is known of it. */
async function assertDefinitions(registry: Registry, known: RegistryRecord, live: GenerationRecord): Promise<void> {
  if (live.definitions === undefined) {
    await registry.update((now) => ({
      ...now,
      generations: now.generations.map((other) =>
        other.number === live.number && other.definitions === undefined ? { ...other, definitions: DECLARED } : other,
      ),
    }));
    return;
  }
  // This process is of a new version and builds that one, beside those of the former version that keep the live one.
  if (known.generations.some((record) => isFollowing(record) && isOfThisShape(record))) return;
  throw new Error(
    `Generation ${live.number} has documents of another shape: this version declares ` +
      `${viewsDeclaredOtherwise(live.definitions).join(', ')} otherwise. Let the projectors of the former version run on. ` +
      'Where what is known of each order, customer and product has not changed, only what is shown of it, run ' +
      '"projector rerender" of this version, else "projector rebuild start"; then start this process again. It builds ' +
      'the new generation, which you then switch to.',
  );
}
