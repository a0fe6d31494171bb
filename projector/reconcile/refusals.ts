/** Documents that a store refuses for good: which of them it still does, and who is told. */

import { groupBy } from '../../runtime/collections.js';
import type { Log } from '../../runtime/log.js';
import { Repeated } from '../../runtime/repeated.js';
import type { Service } from '../../runtime/service.js';
import type { DocumentScan } from '../ports/documents.js';
import type { Refusal, RefusalDesk } from '../ports/refusals.js';

export interface RefusalPorts {
  readonly refusals: RefusalDesk;
  readonly documents: Pick<DocumentScan, 'tickets'>;
}

/**
 * Those that stand. A refusal is over when its document carries its ticket or a higher one: it was written since, as
 * what it is now or as a tombstone. Such are removed.
 */
export async function standing(
  { refusals, documents }: RefusalPorts,
  all: readonly Refusal[],
): Promise<readonly Refusal[]> {
  const over: Refusal[] = [];
  for (const [, own] of groupBy(all, ({ target: { view, revision } }) => `${view}/${revision}`)) {
    const [first] = own;
    if (first === undefined) continue;
    const stored = await documents.tickets(
      first.target,
      own.map(({ id }) => id),
    );
    over.push(...own.filter(({ id, ticket }) => (stored.get(id) ?? 0) >= ticket));
  }
  await refusals.settle(over);
  return all.filter((refusal) => !over.includes(refusal));
}

/** Every one that stands, a page at a time. */
export async function* standingPages(ports: RefusalPorts, pageMax = PAGE): AsyncGenerator<readonly Refusal[]> {
  for (let after: Refusal | null = null; ; ) {
    const page: readonly Refusal[] = await ports.refusals.page(after, pageMax);
    if (page.length === 0) return;
    yield await standing(ports, page);
    after = page.at(-1) ?? null;
  }
}

const PAGE = 100;
/** Their tickets are all that is read. */
const COUNTED_PAGE = 1_000;
const LOOK_MS = 2_000;
const NAMED_MAX = 20;

/** For the log: names and reasons, never content. */
export function refusalLog(log: Log): (documents: readonly Pick<Refusal, 'target' | 'id' | 'reason'>[]) => void {
  return (documents) => {
    const named = documents.slice(0, NAMED_MAX).map((one) => `${nameOf(one)}: ${one.reason}`);
    log.error(
      { refused: documents.length, named },
      'a store refuses documents for good: readers see what was there before. See "projector refused"',
    );
  };
}

/** `customers/c-7` */
export function nameOf({ target: { view }, id }: Pick<Refusal, 'target' | 'id'>): string {
  return `${view}/${id}`;
}

export interface RefusalWatchPorts extends RefusalPorts {
  /** Told how many are recorded. */
  readonly report: (count: number) => void;
  readonly log: Log;
}

/** Removes what is over, a page every few seconds, whoever has written the documents. */
export class RefusalWatch implements Service {
  private readonly looks: Repeated;
  private last: Refusal | null = null;

  constructor(private readonly ports: RefusalWatchPorts) {
    const failed = (error: unknown) => ports.log.warn({ err: error }, 'refused documents cannot be looked at now');
    this.looks = new Repeated(() => this.look().catch(failed), LOOK_MS);
  }

  run(): Promise<void> {
    return this.looks.run();
  }

  stop(): Promise<void> {
    return this.looks.stop();
  }

  private async look(): Promise<void> {
    const { refusals, report } = this.ports;
    const page = await refusals.page(this.last, PAGE);
    this.last = page.length < PAGE ? null : (page.at(-1) ?? null);
    await standing(this.ports, page);
    report(await refusals.count());
  }
}

/** How many documents a store refuses now. */
export async function countRefused(ports: RefusalPorts): Promise<number> {
  let count = 0;
  for await (const page of standingPages(ports, COUNTED_PAGE)) count += page.length;
  return count;
}
