/** `projector refused …`: documents that a store refuses for good, and trying again once the cause is cured. */
import type { ViewName } from '../../mappings/contract.js';
import { views } from '../../mappings/registry.js';
import { piecesOf } from '../../runtime/collections.js';
import { Refused } from '../generations/refused.js';
import { DirtyDocuments } from '../pipeline/dirty.js';
import { chunksOf, publishAll } from '../pipeline/publish.js';
import type { Refusal } from '../ports/refusals.js';
import { expectedNow } from '../reconcile/look.js';
import type { OperatedGeneration } from '../reconcile/operated.js';
import { nameOf, type RefusalPorts, standing, standingPages } from '../reconcile/refusals.js';

export interface ListedRefusal {
  /** `customers/c-7` */
  readonly document: string;
  readonly ticket: number;
  readonly reason: string;
  readonly refusedAt: Date;
}

/** One of them, without its content. */
export interface ShownRefusal extends ListedRefusal {
  readonly generation: number;
  /** The ticket of what readers see; `null`: nothing is stored. */
  readonly storedTicket: number | null;
  /** What the document would take as JSON if it was written now, as a whole and by field, largest first. */
  readonly bytes: number;
  readonly fields: Readonly<Record<string, number>>;
}

export interface RetryResult {
  readonly generation: number;
  readonly retried: number;
  /** Still refused: the first of them, and how many. */
  readonly refused: number;
  readonly left: readonly ListedRefusal[];
}

/** `all`, or one document. */
export type RefusalChoice = 'all' | { readonly view: ViewName; readonly id: string };

const LEFT_LISTED_MAX = 100;
const NAMED_MAX = 10;
const LOOKED_AT_MAX = 100;

/** The first `limit`. */
export async function listRefused(ports: RefusalPorts, limit: number): Promise<readonly ListedRefusal[]> {
  const listed: ListedRefusal[] = [];
  for await (const page of standingPages(ports)) {
    listed.push(...page.slice(0, limit - listed.length).map(toListed));
    if (listed.length === limit) break;
  }
  return listed;
}

/** @throws Refused when it is not refused. */
export async function showRefused(operated: OperatedGeneration, view: ViewName, id: string): Promise<ShownRefusal> {
  const refusal = await refusalOf(operated, view, id);
  const stored = await operated.documents.tickets(refusal.target, [id]);
  const [rendered] = await operated.patience.until(() => expectedNow(operated, views[view], [id]));
  const expected = rendered?.stored ?? {};
  const fields = Object.entries(expected).map(([name, value]) => [name, bytesOf(value)] as const);
  return {
    ...toListed(refusal),
    generation: operated.record.number,
    storedTicket: stored.get(id) ?? null,
    bytes: bytesOf(expected),
    fields: Object.fromEntries(fields.sort(([, a], [, b]) => b - a)),
  };
}

/** Renders them anew, under fresh tickets. @throws Refused when the one that is named is not refused. */
export async function retryRefused(operated: OperatedGeneration, choice: RefusalChoice): Promise<RetryResult> {
  let retried = 0;
  let refused = 0;
  const left: ListedRefusal[] = [];
  for await (const page of chosenBy(operated, choice)) {
    const documents = new DirtyDocuments();
    for (const { target, id } of page) documents.add(target.view, id);
    await publishAll(operated.publish, operated.patience, chunksOf(documents, operated.chunkDocumentsMax));
    // As they are after another try.
    const still = await standing(operated, await operated.refusals.find(page));
    retried += page.length;
    refused += still.length;
    left.push(...still.slice(0, LEFT_LISTED_MAX - left.length).map(toListed));
  }
  return { generation: operated.record.number, retried, refused, left };
}

async function* chosenBy(operated: OperatedGeneration, choice: RefusalChoice): AsyncGenerator<readonly Refusal[]> {
  if (choice === 'all') yield* standingPages(operated);
  else yield [await refusalOf(operated, choice.view, choice.id)];
}

async function refusalOf(operated: OperatedGeneration, view: ViewName, id: string): Promise<Refusal> {
  const { record, refusals } = operated;
  const target = { view, revision: record.revisions[view] };
  const [found] = await standing(operated, await refusals.find([{ target, id }]));
  if (found !== undefined) return found;
  throw new Refused(`No store refuses ${view}/${id} in generation ${record.number}.`);
}

/** An operation has written what it was asked to, but for documents that a store refused. */
export class DocumentsRefused extends Error {
  override readonly name = 'DocumentsRefused';
}

/** @throws DocumentsRefused for what this operation has written since it was last asked. */
export async function assertNoneRefused(operated: OperatedGeneration): Promise<void> {
  let count = 0;
  const named: string[] = [];
  // A mapping that somebody changed refuses all that there is.
  for (const piece of piecesOf(operated.refused.take(), LOOKED_AT_MAX)) {
    const still = await standing(operated, await operated.refusals.find(piece));
    count += still.length;
    named.push(...still.slice(0, NAMED_MAX - named.length).map((refusal) => `${nameOf(refusal)} (${refusal.reason})`));
  }
  if (count === 0) return;
  throw new DocumentsRefused(
    `${count} document(s) of generation ${operated.record.number} were refused by their store and are as they ` +
      `were before: ${named.join(', ')}${count > NAMED_MAX ? ', …' : ''}. All else was written. When the cause is ` +
      'cured, "projector refused retry" tries again.',
  );
}

function toListed(refusal: Refusal): ListedRefusal {
  const { ticket, reason, refusedAt } = refusal;
  return { document: nameOf(refusal), ticket, reason, refusedAt };
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value ?? null));
}
