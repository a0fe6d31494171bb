/** `projector quarantine …`: what to do with records that broke the contract, once their cause is cured. */
import { type Erasure, erasureOf } from '../../mappings/aggregates/erasure.js';
import type { HeaderValue } from '../../mappings/events/event.js';
import type { GenerationRecord } from '../../runtime/storage/records.js';
import { isFollowing } from '../../runtime/storage/registry.js';
import { Refused } from '../generations/refused.js';
import { type DecodedDelivery, decodeBatch } from '../pipeline/decode.js';
import { foldAndPublish } from '../pipeline/folding.js';
import type { SourceRecord } from '../ports/events.js';
import type {
  QuarantineChoice,
  QuarantineDesk,
  QuarantinedRecord,
  QuarantineEntry,
  QuarantinePage,
} from '../ports/quarantine.js';
import type { OperatedGeneration } from '../reconcile/operated.js';
import { assertNoneRefused } from './refusals.js';
import { trialOf } from './trial-states.js';

export interface RedriveResult {
  readonly chosen: number;
  /** Events now: projected, or, in a dry run, to be. */
  readonly events: number;
  /**
   * Still not to be projected, by reason. `unknown-type`: of no type of the contract; `redacted`: its content was erased;
   * `not-kept`: it was too large to be kept, and is in Kafka only.
   */
  readonly left: Readonly<Record<string, number>>;
}

/** All that are registered, snapshots among them, and how one is worked at. */
export interface RedrivenGenerations {
  readonly generations: readonly GenerationRecord[];
  readonly operate: (record: GenerationRecord) => OperatedGeneration;
}

/** As many as are decoded, folded and held at a time. The largest alone has 9 MiB. */
const PAGE: QuarantinePage = { entriesMax: 500, bytesMax: 32 * 1024 * 1024 };

/** Its content included. @throws Refused when there is none of the id. */
export async function showQuarantined(desk: QuarantineDesk, id: string): Promise<object> {
  for await (const [entry] of desk.pages({ id, handled: true }, PAGE)) {
    if (entry === undefined) break;
    const { record, lost: _, ...rest } = entry;
    if (record === null) return { ...rest, content: null };
    const headers = Object.entries(record.headers).map(([name, value]) => [name, [value].flat().map(textOf)]);
    const value = record.value?.toString('utf8') ?? null;
    return { ...rest, key: keyOf(record), headers: Object.fromEntries(headers), value };
  }
  throw new Refused(`There is no record ${id} in the quarantine.`);
}

/**
 * Decodes the chosen records once more, and projects those that are events now into every generation that follows: merging
 * goes by the order of events, so that it makes no difference when they come. Of a snapshot, which has read past them,
 * they erase whom they erase. The others keep their place, with their reason of now. A dry run merges them, too, and
 * writes nothing.
 * @throws DocumentsRefused when a store refuses what they lead to: they wait on; Refused when a record that was named does not wait.
 */
export async function redrive(
  desk: QuarantineDesk,
  { generations, operate }: RedrivenGenerations,
  choice: QuarantineChoice,
  { dryRun, now }: { readonly dryRun: boolean; readonly now: () => number },
): Promise<RedriveResult> {
  let chosen = 0;
  let events = 0;
  const left: Record<string, number> = {};
  const takerOf = (record: GenerationRecord) => (dryRun ? trialIn(operate(record)) : takerInto(operate(record)));
  const takers = generations.map((record) =>
    isFollowing(record) ? takerOf(record) : takerOfErasures(() => takerOf(record)),
  );
  for await (const page of desk.pages({ ...choice, handled: false }, PAGE)) {
    chosen += page.length;
    const { good, bad } = await redrivePage(takers, page);
    events += good.length;
    for (const { reason } of bad) left[reason] = (left[reason] ?? 0) + 1;
    if (dryRun) continue;
    await desk.handle(good, { as: 're-driven', at: new Date(now()), because: null });
    await desk.blame(bad.filter(({ reason }) => !UNBLAMED.includes(reason)));
  }
  if (chosen === 0) assertNoneNamed(choice);
  return { chosen, events, left };
}

/** Of a reason, or of all, there may be none; who names a record means one that is there. */
function assertNoneNamed({ id, key }: QuarantineChoice): void {
  if (id !== undefined)
    throw new Refused(`No record ${id} waits in the quarantine: "projector quarantine list" lists them.`);
  if (key !== undefined) throw new Refused(`No record with the key ${key} waits in the quarantine.`);
}

/** @throws Refused unless it waits. */
export async function discard(desk: QuarantineDesk, id: string, because: string, now: number): Promise<void> {
  const handled = await desk.handle([id], { as: 'discarded', at: new Date(now), because });
  if (handled === 0) throw new Refused(`No record ${id} waits in the quarantine.`);
}

const UNKNOWN = 'unknown-type';
const REDACTED = 'redacted';
const NOT_KEPT = 'not-kept';
/** Nothing new is known of these. */
const UNBLAMED: readonly string[] = [UNKNOWN, REDACTED, NOT_KEPT];

interface Taker {
  /** Takes events into one generation. Returns those that reuse the id of another event. */
  take(deliveries: readonly DecodedDelivery[]): Promise<readonly QuarantinedRecord[]>;
  /** To be called when every generation has taken them: what they erase beside states and documents is removed. */
  erase(): Promise<void>;
}

/** An erasure takes the content of its own record, too: until all have taken it, it may have to be re-driven again. */
function takerInto(generation: OperatedGeneration): Taker {
  const { erasures, patience } = generation;
  const taken: Erasure[] = [];
  const later = { carryOut: async (more: readonly Erasure[]) => void taken.push(...more) };
  return {
    async take(deliveries) {
      const reused = await foldAndPublish({ ...generation, erasures: later }, deliveries);
      await assertNoneRefused(generation);
      return reused;
    },
    async erase() {
      const erased = taken.splice(0);
      if (erased.length > 0) await patience.until(() => erasures.carryOut(erased));
    },
  };
}

function trialIn({ fold }: OperatedGeneration): Taker {
  return { take: trialOf(fold), erase: async () => {} };
}

/** Of a snapshot. It is not touched unless there is somebody to erase: it may be of another shape, and of no interest. */
function takerOfErasures(open: () => Taker): Taker {
  let opened: Taker | undefined;
  return {
    async take(deliveries) {
      const erasing = deliveries.filter(({ event }) => erasureOf(event) !== null);
      if (erasing.length === 0) return [];
      opened ??= open();
      return opened.take(erasing);
    },
    erase: async () => opened?.erase(),
  };
}

interface PageOutcome {
  readonly good: readonly string[];
  readonly bad: readonly Pick<QuarantineEntry, 'id' | 'reason' | 'detail'>[];
}

async function redrivePage(takers: readonly Taker[], page: readonly QuarantineEntry[]): Promise<PageOutcome> {
  const ids = new Map<SourceRecord, string>();
  for (const { id, record } of page) if (record !== null) ids.set(record, id);
  const { deliveries, malformed } = decodeBatch([...ids.keys()]);
  const refused = [...malformed];
  for (const taker of takers) refused.push(...(await taker.take(deliveries)));
  for (const taker of takers) await taker.erase();
  const bad = new Map(
    page
      .filter(({ record }) => record === null)
      .map(({ id, lost, detail }) => [id, { id, reason: lost === 'too-large' ? NOT_KEPT : REDACTED, detail }]),
  );
  for (const { record, reason, detail } of refused) {
    const id = ids.get(record);
    if (id !== undefined) bad.set(id, { id, reason, detail });
  }
  const good = deliveries.flatMap(({ record }) => ids.get(record) ?? []).filter((id) => !bad.has(id));
  const told = new Set([...good, ...bad.keys()]);
  for (const { id, detail } of page) if (!told.has(id)) bad.set(id, { id, reason: UNKNOWN, detail });
  return { good, bad: [...bad.values()] };
}

function textOf(value: HeaderValue | undefined): string | null {
  return value?.toString() ?? null;
}

function keyOf({ key }: SourceRecord): string | null {
  return key === null ? null : Buffer.from(key).toString('utf8');
}
