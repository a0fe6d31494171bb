/**
 * Compares every visible document of two generations. First each view's documents are read once in both, and their
 * digests summed in 256 buckets by id; then the ids of buckets that differ are compared one by one. Both generations
 * follow live events meanwhile, so what differs then is only suspected: it is looked at again until both have passed
 * every event that was there at the look before. A difference counts when neither document has changed between the two.
 */
import type { ViewName } from '../../mappings/contract.js';
import { views } from '../../mappings/registry.js';
import { piecesOf } from '../../runtime/collections.js';
import type { GenerationRecord } from '../../runtime/storage/records.js';
import type { DocumentScan, ScannedDocument, Target } from '../ports/documents.js';
import type { Room } from '../ports/errors.js';
import { BUCKETS, BucketSum, bucketOf, digestOf, fieldsThatDiffer } from '../reconcile/digest.js';
import { halvesOfList, inRoom } from '../work/room.js';

export interface ComparedGeneration {
  readonly number: number;
  readonly revisions: Readonly<Partial<GenerationRecord['revisions']>>;
  readonly documents: ComparedDocuments;
}

export type ComparedDocuments = Pick<DocumentScan, 'pages' | 'read'>;

export interface ComparisonPorts {
  /** The one that is served, and the one that is checked against it. */
  readonly expected: ComparedGeneration;
  readonly checked: ComparedGeneration;
  /**
   * Resolves when both show every event of now, fan-out included: true; false when that takes too long, and nothing
   * can be told of what may be in flight.
   */
  readonly settle: () => Promise<boolean>;
}

export interface ComparisonLimits {
  readonly pageDocumentsMax: number;
  /** Documents whose digests are held in memory at a time, of each generation. */
  readonly digestsHeldMax: number;
  /** Suspects that are looked at together. */
  readonly suspectsAtATime: number;
  /** No more differences than about this are looked for, in each view: beyond, it is only said that there may be more. */
  readonly differencesMax: number;
  /** How often a document that keeps changing is looked at. */
  readonly looksMax: number;
  /** Of documents that are looked at together, in each generation. */
  readonly charactersMax: number;
}

export const COMPARISON_LIMITS: ComparisonLimits = {
  pageDocumentsMax: 1000,
  digestsHeldMax: 200_000,
  suspectsAtATime: 500,
  differencesMax: 1000,
  looksMax: 10,
  charactersMax: 16 * 1024 * 1024,
};

/** `missing`: not in the generation that is checked; `extra`: only there. */
export type Difference =
  | { readonly id: string; readonly cause: 'missing' | 'extra' }
  | { readonly id: string; readonly cause: 'different'; readonly fields: readonly string[] };

export interface ViewComparison {
  readonly view: ViewName;
  /** Visible documents when they were read. */
  readonly documents: { readonly expected: number; readonly checked: number };
  /** Buckets of 256 whose digests were not equal at the first reading: with live events some never are. */
  readonly bucketsUnequal: number;
  readonly differences: readonly Difference[];
  /** There may be more than are listed. */
  readonly more: boolean;
  /** Documents that were changing whenever they were looked at: nothing can be said of them. */
  readonly unsettled: number;
  /** False: what was in flight did not arrive in time, so nothing can be said of some documents. */
  readonly settled: boolean;
}

export interface Comparison {
  readonly expected: number;
  readonly checked: number;
  /** No difference was found, and none can have been overlooked but of documents that kept changing. */
  readonly equal: boolean;
  readonly views: readonly ViewComparison[];
}

export async function compareGenerations(
  ports: ComparisonPorts,
  limits: ComparisonLimits = COMPARISON_LIMITS,
): Promise<Comparison> {
  const compared: ViewComparison[] = [];
  for (const { name } of Object.values(views)) {
    // A view that the served generation does not know yet has nothing to be compared with.
    if (ports.expected.revisions[name] === undefined) continue;
    compared.push(await compareView(ports, limits, name));
  }
  const equal = compared.every(({ differences, settled }) => differences.length === 0 && settled);
  return { expected: ports.expected.number, checked: ports.checked.number, equal, views: compared };
}

async function compareView(ports: ComparisonPorts, limits: ComparisonLimits, view: ViewName): Promise<ViewComparison> {
  const [expected, checked] = [sideOf(ports.expected, view), sideOf(ports.checked, view)];
  const [sums, others] = await Promise.all([sumBuckets(expected, limits), sumBuckets(checked, limits)]);
  const unequal = sums.flatMap((sum, bucket) => (others[bucket]?.equals(sum) ? [] : [bucket]));
  const found = new Findings();
  for (const buckets of inMemory(unequal, sums, others, limits.digestsHeldMax)) {
    const [own, other] = await Promise.all([digests(expected, buckets, limits), digests(checked, buckets, limits)]);
    const suspects = [...new Set([...own.keys(), ...other.keys()])].filter((id) => own.get(id) !== other.get(id));
    for (const piece of piecesOf(suspects, limits.suspectsAtATime)) {
      found.more ||= found.differences.length >= limits.differencesMax;
      if (!found.more) await lookAgain(ports, limits, { expected, checked }, piece, found);
    }
  }
  return {
    view,
    documents: { expected: total(sums), checked: total(others) },
    bucketsUnequal: unequal.length,
    ...found,
  };
}

class Findings {
  readonly differences: Difference[] = [];
  more = false;
  unsettled = 0;
  settled = true;
}

interface Side {
  readonly documents: ComparedDocuments;
  readonly target: Target;
}

interface Sides {
  readonly expected: Side;
  readonly checked: Side;
}

function sideOf({ documents, revisions }: ComparedGeneration, view: ViewName): Side {
  return { documents, target: { view, revision: revisions[view] ?? 1 } };
}

async function sumBuckets({ documents, target }: Side, { pageDocumentsMax }: ComparisonLimits): Promise<BucketSum[]> {
  const sums = Array.from({ length: BUCKETS }, () => new BucketSum());
  for await (const page of documents.pages(target, pageDocumentsMax)) {
    for (const { id, stored } of page) if (stored !== null) sums[bucketOf(id)]?.add(id, digestOf(stored));
  }
  return sums;
}

async function digests(
  { documents, target }: Side,
  buckets: ReadonlySet<number>,
  { pageDocumentsMax }: ComparisonLimits,
): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for await (const page of documents.pages(target, pageDocumentsMax)) {
    for (const { id, stored } of page)
      if (stored !== null && buckets.has(bucketOf(id))) found.set(id, digestOf(stored));
  }
  return found;
}

/** Groups of buckets, none of which holds more documents than fit, should one bucket alone not be too large. */
function* inMemory(
  buckets: readonly number[],
  sums: readonly BucketSum[],
  others: readonly BucketSum[],
  digestsHeldMax: number,
): Generator<ReadonlySet<number>> {
  let group = new Set<number>();
  let held = 0;
  for (const bucket of buckets) {
    const count = Math.max(sums[bucket]?.count ?? 0, others[bucket]?.count ?? 0);
    if (group.size > 0 && held + count > digestsHeldMax) {
      yield group;
      group = new Set();
      held = 0;
    }
    group.add(bucket);
    held += count;
  }
  if (group.size > 0) yield group;
}

interface Look {
  readonly difference: Difference;
  /** Digests of both; `null`: there is nothing to see. */
  readonly expected: number | null;
  readonly checked: number | null;
}

/** Until each suspect is cleared, or differs without having changed while everything before was done. */
async function lookAgain(
  { settle }: ComparisonPorts,
  { looksMax, charactersMax }: ComparisonLimits,
  sides: Sides,
  suspects: readonly string[],
  found: Findings,
): Promise<void> {
  let before = await look(sides, suspects, charactersMax);
  for (let looks = 1; before.size > 0 && looks < looksMax && found.settled; looks += 1) {
    found.settled = await settle();
    if (!found.settled) break;
    const now = await look(sides, [...before.keys()], charactersMax);
    for (const [id, last] of before) {
      const seen = now.get(id);
      if (seen === undefined || hasChanged(last, seen)) continue;
      found.differences.push(seen.difference);
      now.delete(id);
    }
    before = now;
  }
  found.unsettled += before.size;
}

/** Those that differ now. */
async function look(sides: Sides, ids: readonly string[], charactersMax: number): Promise<Map<string, Look>> {
  const looks = new Map<string, Look>();
  const parts = inRoom(ids, halvesOfList, charactersMax, (part, room) => lookAtPart(sides, part, room()));
  for await (const part of parts) for (const look of part) looks.set(look.difference.id, look);
  return looks;
}

async function lookAtPart({ expected, checked }: Sides, ids: readonly string[], room: Room): Promise<Look[]> {
  const [own, other] = await Promise.all([
    expected.documents.read(expected.target, ids, room),
    checked.documents.read(checked.target, ids, room),
  ]);
  return ids.flatMap((id) => {
    const found = { expected: contentDigest(own.get(id)), checked: contentDigest(other.get(id)) };
    return found.expected === found.checked
      ? []
      : [{ difference: differenceOf(id, own.get(id), other.get(id)), ...found }];
  });
}

/** A tombstone is as good as nothing. */
function contentDigest(document: ScannedDocument | undefined): number | null {
  return document === undefined || document.stored === null ? null : digestOf(document.stored);
}

function hasChanged(before: Look, now: Look): boolean {
  return before.expected !== now.expected || before.checked !== now.checked;
}

function differenceOf(
  id: string,
  expected: ScannedDocument | undefined,
  checked: ScannedDocument | undefined,
): Difference {
  const [own, other] = [expected?.stored ?? null, checked?.stored ?? null];
  if (own === null) return { id, cause: 'extra' };
  if (other === null) return { id, cause: 'missing' };
  return { id, cause: 'different', fields: fieldsThatDiffer(own, other) };
}

function total(sums: readonly BucketSum[]): number {
  return sums.reduce((count, sum) => count + sum.count, 0);
}
