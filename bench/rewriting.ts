/** How a bench has documents that a projector has written written again, by bench/rewrite.ts. */
import type { ViewName } from '../mappings/contract.js';
import { views } from '../mappings/registry.js';
import type { Addresses } from '../stack/servers.js';
import type { Derived } from './derived.js';
import type { Spent } from './measure.js';
import { runProgram } from './program.js';
import type { ProjectorMetrics } from './projector-metrics.js';
import type { Workbench } from './workbench.js';

/** One view's documents, written over a copy that the first task makes. */
export interface Copy {
  readonly view: ViewName;
  /** The projector's index or collection. */
  readonly from: string;
  readonly to: string;
  readonly documentsPerRequest: number;
}

export interface RewriteTask {
  readonly addresses: Addresses;
  /** The projector's, whose database also holds the copies. */
  readonly namespace: string;
  readonly copies: readonly Copy[];
  /** Higher than that of every task before. */
  readonly version: number;
  /** Whether the copies are to be made. */
  readonly isFirst: boolean;
}

export interface Rewritten {
  readonly spent: Spent;
  readonly documents: number;
}

/** The name by which its CPU time is told apart, and of its file. */
export const REWRITE = 'rewrite';

/** The copies of one group of views, written again and again. */
export class Rewriting {
  /** 0 and 1 are for making the copy. */
  private version = 1;

  constructor(
    private readonly bench: Workbench,
    private readonly namespace: string,
    private readonly derived: Derived,
    /** Tells the copies apart from those of others. */
    private readonly name: string,
  ) {}

  /** @param sizes documents in each request, by view: what is rewritten is all of these views. */
  async once(sizes: ReadonlyMap<ViewName, number>): Promise<Rewritten> {
    this.version += 1;
    const copies = await Promise.all([...sizes].map(([view, size]) => this.copyOf(view, size)));
    const { run, ground } = this.bench;
    const { addresses } = ground;
    const { namespace, version } = this;
    const task: RewriteTask = { addresses, namespace, copies, version, isFirst: version === 2 };
    const { spent, report } = await runProgram(run, REWRITE, task);
    return { spent, documents: report.documents };
  }

  private async copyOf(view: ViewName, documentsPerRequest: number): Promise<Copy> {
    const { namespace, name, derived } = this;
    const from = await (view === 'customers' ? derived.collection(view) : derived.index(view));
    return { view, from, to: `${namespace}-${name}-${view}`, documentsPerRequest };
  }
}

/** The mean number of documents that the projector sent at a time, of each view that it wrote. */
export function requestSizes({ documentsByView, stages }: ProjectorMetrics): Map<ViewName, number> {
  const sizes = new Map<ViewName, number>();
  for (const name of Object.keys(views) as ViewName[]) {
    const documents = documentsByView.filter(({ view }) => view === name).reduce((sum, { count }) => sum + count, 0);
    const runs = stages.find(({ stage }) => stage === `publish ${name}`)?.runs ?? 0;
    if (documents > 0 && runs > 0) sizes.set(name, Math.ceil(documents / runs));
  }
  return sizes;
}
