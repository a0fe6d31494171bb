/** Orders to build another generation, and what stands against them. */

import type { ViewName } from '../../mappings/contract.js';
import { views } from '../../mappings/registry.js';
import type { RollupName } from '../../mappings/rollups/summaries.js';
import type { GenerationRecord, RegistryRecord } from '../../runtime/storage/records.js';
import { isFollowing, liveOf } from '../../runtime/storage/registry.js';
import { DECLARED } from '../../runtime/storage/shape.js';
import { Refused } from '../generations/refused.js';
import type { SwitchPorts } from '../generations/switch.js';
import type { Clock } from '../ports/clock.js';
import type { LogRange, Position } from '../ports/events.js';
import type { GenerationStorage, GenerationTraces, Registry } from '../ports/generations.js';
import type { RebuildStore } from '../ports/rebuilds.js';
import type { ComparisonPorts } from './comparison.js';
import { offsetProblems } from './offsets.js';

export interface RebuildingPorts {
  readonly registry: Registry;
  readonly rebuilds: RebuildStore;
  readonly storages: readonly GenerationStorage[];
  readonly traces: readonly GenerationTraces[];
  /** What each partition holds, by topic. */
  readonly ranges: () => Promise<ReadonlyMap<string, readonly LogRange[]>>;
  /** The offset of the first record at or after the time, the end where there is none. */
  readonly offsetsAt: (time: Date) => Promise<readonly Position[]>;
  /** The rollups that the generation's states know nothing of. */
  readonly unknownRollups: (generation: number) => Promise<readonly RollupName[]>;
  /** Copies the states of one generation to another, and sets where it begins to read. */
  readonly seed: (from: number, to: number, positions: readonly Position[]) => Promise<void>;
  readonly switching: SwitchPorts;
  readonly comparing: (expected: GenerationRecord, checked: GenerationRecord) => ComparisonPorts;
  readonly clock: Clock;
}

/**
 * From the beginning with empty states; else the live generation's states are the start, and events follow from there:
 * `states` from where they are now, so that nothing but the documents is made anew.
 */
export type RebuildFrom =
  | { readonly kind: 'beginning' }
  | { readonly kind: 'states' }
  | { readonly kind: 'time'; readonly time: Date }
  | { readonly kind: 'offsets'; readonly positions: readonly Position[] };

export interface RebuildOptions {
  readonly from: RebuildFrom;
  /** Goes on although events are no longer in Kafka. */
  readonly acceptLoss: boolean;
  readonly fullSpeed: boolean;
  readonly settings: Pick<GenerationRecord, 'businessTimeZone' | 'reportingCurrency'>;
}

/** What a rebuild would read, and what it would find missing. */
export interface RebuildPlan {
  readonly from: string;
  readonly partitions: readonly { readonly partition: string; readonly from: number; readonly to: number }[];
  readonly events: number;
  /** History that is no longer in Kafka, each partition in words; empty when all of it is there. */
  readonly missing: readonly string[];
  /** Why it would be refused although it could be read; `null`: it would be started. */
  readonly refusal: string | null;
}

/** Changes nothing. @throws Refused when no rebuild could be started now at all. */
export async function planRebuild(ports: RebuildingPorts, options: RebuildOptions): Promise<RebuildPlan> {
  const { plan } = await prepare(ports, options);
  return plan;
}

/** Starts a rebuild: from then on every projector process takes part. Returns the number of the new generation. */
export async function startRebuild(ports: RebuildingPorts, options: RebuildOptions): Promise<number> {
  const { registry } = ports;
  const { known, begin, plan } = await prepare(ports, options);
  if (plan.refusal !== null) throw new Refused(plan.refusal);
  const generation: GenerationRecord = {
    ...(await createGeneration(ports, known, plan, options.settings)),
    ...(options.fullSpeed ? { fullSpeed: true } : {}),
  };
  const { number } = generation;
  if (begin !== null) await ports.seed(known.live, number, begin);
  const written = await registry.update((now) => {
    assertNoneIsBuilt(now);
    return now.live !== known.live ? null : { ...now, generations: [...now.generations, generation] };
  });
  if (written === null) throw new Refused('Another generation was switched to meanwhile. Start again.');
  return number;
}

/** All that it consists of, empty, under the next number. The registry does not name it yet. */
export async function createGeneration(
  { traces, storages, rebuilds, clock }: Pick<RebuildingPorts, 'traces' | 'storages' | 'rebuilds' | 'clock'>,
  known: RegistryRecord,
  { from, partitions }: Pick<RebuildPlan, 'from' | 'partitions'>,
  settings: Pick<GenerationRecord, 'businessTimeZone' | 'reportingCurrency'>,
): Promise<GenerationRecord> {
  const used = (await Promise.all(traces.map((trace) => trace.numbers()))).flat();
  const number = Math.max(...used, ...known.generations.map((generation) => generation.number)) + 1;
  const revisions = Object.fromEntries(Object.keys(views).map((view) => [view, 1])) as Record<ViewName, number>;
  const generation: GenerationRecord = {
    ...{ number, createdAt: new Date(clock.now()), revisions, definitions: DECLARED, phase: 'filling' },
    ...settings,
  };
  await Promise.all(storages.map((storage) => storage.create(generation)));
  // Whoever records the number first has it.
  const claimed = await rebuilds.create({
    generation: number,
    startedAt: generation.createdAt,
    origin: from,
    from: Object.fromEntries(partitions.map((own) => [own.partition, own.from])),
    ends: Object.fromEntries(partitions.map((own) => [own.partition, own.to])),
    documents: 0,
  });
  if (!claimed) throw new Refused('Another generation was begun at this very moment. See "projector status".');
  return generation;
}

/** Everything that can stand against it: what is planned only is asked the same. */
async function prepare(ports: RebuildingPorts, { from, settings, acceptLoss }: RebuildOptions) {
  const known = await registered(ports.registry);
  assertNoneIsBuilt(known);
  const live = liveOf(known);
  if (from.kind !== 'beginning') {
    assertSameDerivation(live, settings);
    assertKnown(await ports.unknownRollups(live.number));
  }
  const ranges = await ports.ranges();
  assertThere(from, ranges, ports.clock.now());
  const begin = await beginning(ports, live, ranges, from);
  const read = readingOf(describe(from), ranges, begin);
  const plan: RebuildPlan = { ...read, refusal: acceptLoss ? null : lossOf(read.missing) };
  return { known, begin, plan };
}

function lossOf(missing: readonly string[]): string | null {
  if (missing.length === 0) return null;
  return (
    `History is no longer in Kafka: ${missing.join('; ')}. The new generation would lack it. ` +
    'Start from an offset or a time that Kafka still has, or insist with --accept-loss.'
  );
}

function readingOf(
  from: string,
  ranges: ReadonlyMap<string, readonly LogRange[]>,
  begin: readonly Position[] | null,
): Omit<RebuildPlan, 'refusal'> {
  const starts = new Map((begin ?? []).map(({ topic, partition, next }) => [`${topic}/${partition}`, next]));
  const all = [...ranges].flatMap(([topic, own]) =>
    own.map((range) => ({ name: `${topic}/${range.partition}`, range })),
  );
  const partitions = all.map(({ name, range: { low, high } }) => ({
    partition: name,
    from: Math.max(low, starts.get(name) ?? low),
    to: high,
  }));
  const missing = all.flatMap(({ name, range: { low } }) => {
    const start = begin === null ? 0 : (starts.get(name) ?? low);
    return start < low ? [`${name}: ${low - start} events before offset ${low}`] : [];
  });
  return { from, partitions, events: partitions.reduce((sum, { from: start, to }) => sum + to - start, 0), missing };
}

/** Whether there is such a place to start from. A mistyped one would silently mean another. */
function assertThere(from: RebuildFrom, ranges: ReadonlyMap<string, readonly LogRange[]>, now: number): void {
  if (from.kind === 'time' && from.time.getTime() > now)
    throw new Refused(`${from.time.toISOString()} is in the future.`);
  const problems = from.kind === 'offsets' ? offsetProblems(from.positions, ranges) : [];
  if (problems.length > 0) throw new Refused(problems.join(' '));
}

/** States hold what was derived from them: they are a start for the same settings only. */
function assertSameDerivation(live: GenerationRecord, settings: RebuildOptions['settings']): void {
  if (live.businessTimeZone === settings.businessTimeZone && live.reportingCurrency === settings.reportingCurrency)
    return;
  throw new Refused(
    `Generation ${live.number} was derived with ${live.businessTimeZone} and ${live.reportingCurrency}: for ` +
      `${settings.businessTimeZone} and ${settings.reportingCurrency} rebuild from the beginning.`,
  );
}

/** What an order contributes to a sum is kept with its state, and states that are copied are not derived anew. */
function assertKnown(unknown: readonly RollupName[]): void {
  if (unknown.length === 0) return;
  const [what, are] = unknown.length === 1 ? ['rollup', 'it is'] : ['rollups', 'they are'];
  throw new Refused(
    `The states know nothing of the ${what} ${unknown.join(', ')}: ${are} new. Rebuild from the beginning.`,
  );
}

/** Stops fetching for the generation that is built; what it has done stays. */
export async function pauseRebuild({ registry }: RebuildingPorts): Promise<number> {
  await registered(registry);
  const { number } = await change(registry, built, 'No rebuild is under way.', (record) => ({
    ...record,
    paused: true,
  }));
  return number;
}

export async function resumeRebuild({ registry }: RebuildingPorts): Promise<number> {
  await registered(registry);
  const paused = (known: RegistryRecord) => known.generations.find((record) => record.paused === true);
  const { number } = await change(registry, paused, 'No rebuild is paused.', ({ paused: _, ...record }) => record);
  return number;
}

/** @throws Refused when nothing is projected yet. */
export async function registered(registry: Pick<Registry, 'read'>): Promise<RegistryRecord> {
  const known = await registry.read();
  if (known === null) throw new Refused('Nothing is projected in this namespace yet: start a projector first.');
  return known;
}

/** The generation that is filled or rendered now. */
export function built({ generations }: RegistryRecord): GenerationRecord | undefined {
  return generations.find((record) => isFollowing(record) && record.phase !== undefined);
}

/** The generation that a rebuild was started for and that is not served yet. */
export function ahead(known: RegistryRecord): GenerationRecord | undefined {
  return built(known) ?? known.generations.find((record) => isFollowing(record) && record.number > known.live);
}

function assertNoneIsBuilt(known: RegistryRecord): void {
  const other = ahead(known);
  if (other === undefined) return;
  const state = other.phase ?? 'complete and not switched to';
  throw new Refused(`Generation ${other.number} is ${state}. Switch to it, or cancel or retire it, first.`);
}

async function change(
  registry: Registry,
  find: (known: RegistryRecord) => GenerationRecord | undefined,
  otherwise: string,
  next: (record: GenerationRecord) => GenerationRecord,
): Promise<GenerationRecord> {
  let found: GenerationRecord | undefined;
  await registry.update((known) => {
    found = find(known);
    return { ...known, generations: known.generations.map((other) => (other === found ? next(other) : other)) };
  });
  if (found === undefined) throw new Refused(`${otherwise} See "projector status".`);
  return found;
}

/**
 * `null`: at the beginning. Else no later than where the served generation is: its states, which are the start, hold
 * nothing of what comes after. So it is asked before they are copied.
 */
async function beginning(
  ports: RebuildingPorts,
  live: GenerationRecord,
  ranges: ReadonlyMap<string, readonly LogRange[]>,
  from: RebuildFrom,
): Promise<readonly Position[] | null> {
  if (from.kind === 'beginning') return null;
  const reached = new Map(
    (await ports.switching.generation(live).positions.read()).map((at) => [`${at.topic}/${at.partition}`, at.next]),
  );
  const wanted =
    from.kind === 'time' ? await ports.offsetsAt(from.time) : from.kind === 'offsets' ? from.positions : [];
  const chosen = new Map(wanted.map((at) => [`${at.topic}/${at.partition}`, at.next]));
  return [...ranges].flatMap(([topic, own]) =>
    own.map(({ partition, low }) => {
      const name = `${topic}/${partition}`;
      const durable = reached.get(name) ?? low;
      return { topic, partition, next: Math.min(durable, chosen.get(name) ?? durable) };
    }),
  );
}

function describe(from: RebuildFrom): string {
  if (from.kind === 'beginning') return 'the beginning';
  if (from.kind === 'states') return 'the present states';
  return from.kind === 'time' ? from.time.toISOString() : 'given offsets';
}
