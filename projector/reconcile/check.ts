/** Goes through everything of one kind, and keeps count of what has drifted: documents, sums or states. */
import { inOrder } from '../work/in-order.js';
import type { Pace } from '../work/pace.js';
import { type DriftPorts, proveDrift } from './drift.js';
import type { Fault } from './look.js';

export interface Subject<Look extends { readonly fault: Fault }> extends DriftPorts<Look> {
  readonly name: string;
  /** Every name that is to be looked at, once, in pages; what is known of one part is settled before the next. */
  parts(): AsyncIterable<AsyncIterable<readonly string[]>>;
  /** Writes them anew. @returns the names of those that could not be. */
  repair(drifted: ReadonlyMap<string, Look>): Promise<readonly string[]>;
}

export interface CheckOptions {
  readonly repair: boolean;
  readonly pace: Pace;
  /** Asked between pages: false ends the check there. */
  readonly goesOn: () => Promise<boolean>;
}

export interface FoundFault {
  readonly id: string;
  readonly fault: Fault;
}

export interface Findings {
  /** The view; `states/<aggregate>`; `rollups/<rollup>`. */
  readonly name: string;
  /** Those included that should not be there. */
  readonly checked: number;
  readonly missing: number;
  readonly extra: number;
  readonly different: number;
  readonly ahead: number;
  /** Nothing is known of so many: they changed all the time, or events were waiting for too long. */
  readonly undecided: number;
  /** The first of what was found; the counts tell whether there is more. */
  readonly listed: readonly FoundFault[];
  readonly repaired: number;
  /** The first of those that could not be repaired. */
  readonly unrepaired: readonly string[];
}

/** Beyond so many suspects, what is known of them is settled before going on: it bounds memory. */
const SUSPECTS_MAX = 5000;
/** One is read while the other is compared. */
const PAGES_IN_FLIGHT = 2;
const LOOKS_MAX = 10;
const LISTED_MAX = 100;

export async function check<Look extends { readonly fault: Fault }>(
  subject: Subject<Look>,
  { repair, pace, goesOn }: CheckOptions,
): Promise<Findings> {
  const tally = new Tally(subject.name);
  let suspects = new Map<string, Look>();
  const decide = async () => {
    const { drifted, undecided } = await proveDrift(subject, suspects, LOOKS_MAX);
    suspects = new Map();
    tally.found(drifted, undecided.length);
    if (repair && drifted.size > 0) tally.repairedBut(await subject.repair(drifted), drifted.size);
  };
  const lookThrough = async (pages: AsyncIterable<readonly string[]>): Promise<boolean> => {
    const iterator = pages[Symbol.asyncIterator]();
    try {
      return await inOrder(
        iterator,
        PAGES_IN_FLIGHT,
        async (names) => (names.length === 0 ? new Map<string, Look>() : subject.look(names)),
        async (names, looks) => {
          tally.checked += names.length;
          for (const [name, look] of looks) suspects.set(name, look);
          if (suspects.size >= SUSPECTS_MAX) await decide();
          await pace.done(names.length);
          return goesOn();
        },
      );
    } finally {
      await iterator.return?.();
    }
  };
  for await (const pages of subject.parts()) {
    const isWhole = await lookThrough(pages);
    await decide();
    if (!isWhole) break;
  }
  return tally.findings();
}

class Tally {
  checked = 0;
  private undecided = 0;
  private repaired = 0;
  private readonly counts = { missing: 0, extra: 0, different: 0, ahead: 0 };
  private readonly listed: FoundFault[] = [];
  private readonly unrepaired: string[] = [];

  constructor(private readonly name: string) {}

  found(drifted: ReadonlyMap<string, { readonly fault: Fault }>, undecided: number): void {
    this.undecided += undecided;
    for (const [id, { fault }] of drifted) {
      this.counts[fault.kind] += 1;
      if (this.listed.length < LISTED_MAX) this.listed.push({ id, fault });
    }
  }

  repairedBut(left: readonly string[], of: number): void {
    this.repaired += of - left.length;
    this.unrepaired.push(...left.slice(0, LISTED_MAX - this.unrepaired.length));
  }

  findings(): Findings {
    const { name, checked, counts, undecided, listed, repaired, unrepaired } = this;
    return { name, checked, ...counts, undecided, listed, repaired, unrepaired };
  }
}
