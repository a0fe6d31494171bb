/** Opens the live generation: everything derived belongs to one, and its absence is never papered over. */
import type { DerivationSettings, ViewName } from '../../mappings/contract.js';
import { views } from '../../mappings/registry.js';
import type { Log } from '../../runtime/log.js';
import type { GenerationRecord, RegistryRecord } from '../../runtime/records.js';
import type { Target } from '../ports.js';

/** What exists of generations in one place: its indexes, collections or consumer groups. */
export interface GenerationTraces {
  /** Numbers of generations of which anything is there, registered or not. */
  numbers(): Promise<readonly number[]>;
}

export interface Registry {
  read(): Promise<RegistryRecord | null>;
  /** Creates the registry with this generation as its first; false when it exists by now. */
  create(first: GenerationRecord): Promise<boolean>;
  /** Adds the generation and makes it live, unless the registry has changed since it was read. */
  replaceLive(generation: GenerationRecord, since: RegistryRecord): Promise<boolean>;
}

/** Creates and checks what a generation consists of in one store. Both are safe to repeat and to run side by side. */
export interface GenerationStorage {
  create(generation: GenerationRecord): Promise<void>;
  /** What is missing, each as a name; empty when complete. */
  missing(generation: GenerationRecord): Promise<readonly string[]>;
}

export interface GenerationPorts {
  readonly registry: Registry;
  readonly traces: readonly GenerationTraces[];
  readonly storages: readonly GenerationStorage[];
  readonly log: Log;
}

/**
 * The live generation, complete in all stores. Without a registry a number is taken that no trace names: under a
 * number used before, consumer groups would skip events and stored tickets would refuse every write.
 * @throws Error when the live generation is incomplete or was derived with other settings.
 */
export async function openGeneration(
  ports: GenerationPorts,
  settings: DerivationSettings,
  options: { readonly startNew: boolean },
): Promise<GenerationRecord> {
  const known = await ports.registry.read();
  if (known === null || options.startNew) {
    const opened = await startGeneration(ports, settings, known);
    // Another process was ahead: its generation is the live one.
    return opened ?? openGeneration(ports, settings, { startNew: false });
  }
  const live = liveOf(known);
  assertSameSettings(live, settings);
  const missing = (await Promise.all(ports.storages.map((storage) => storage.missing(live)))).flat();
  if (missing.length > 0) {
    throw new Error(
      `Generation ${live.number} is registered but lacks ${missing.join(', ')}: a store lost data or the address is ` +
        'that of another server. Check the addresses, or start the projector once with --new-generation to build ' +
        'everything anew from Kafka.',
    );
  }
  return live;
}

async function startGeneration(
  { registry, traces, storages, log }: GenerationPorts,
  settings: DerivationSettings,
  known: RegistryRecord | null,
): Promise<GenerationRecord | null> {
  const used = (await Promise.all(traces.map((trace) => trace.numbers()))).flat();
  const number = Math.max(0, ...used, ...(known?.generations ?? []).map((generation) => generation.number)) + 1;
  const revisions = Object.fromEntries(Object.keys(views).map((view) => [view, 1])) as Record<ViewName, number>;
  const generation: GenerationRecord = { number, createdAt: new Date(), revisions, ...settings };
  if (number > 1)
    log.warn({ generation: number, used }, 'starting a new generation: everything is built anew from Kafka');
  await Promise.all(storages.map((storage) => storage.create(generation)));
  const registered = known === null ? await registry.create(generation) : await registry.replaceLive(generation, known);
  return registered ? generation : null;
}

export function liveOf(registry: RegistryRecord): GenerationRecord {
  const live = registry.generations.find(({ number }) => number === registry.live);
  if (live === undefined)
    throw new Error(`The registry names generation ${registry.live} as live and does not list it.`);
  return live;
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

/** The places that a generation's documents are written to. */
export function targetsOf(generation: GenerationRecord): readonly Target[] {
  return Object.values(views).map(({ name }) => ({ view: name, revision: generation.revisions[name] }));
}
