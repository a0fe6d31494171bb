/**
 * Renders every document of a generation once, from its states: what a rebuild ends with. Live events are published
 * meanwhile; either side's writes carry tickets taken before its reads, so neither can undo what the other knows better.
 */

import { createHash } from 'node:crypto';
import type { Contribution, Sum, View } from '../../mappings/contract.js';
import { rollups, views } from '../../mappings/registry.js';
import { type Group, group, textOfGroup } from '../../mappings/rollups/group.js';
import type { RollupName, SummaryOf } from '../../mappings/rollups/summaries.js';
import { piecesOf } from '../../runtime/collections.js';
import { ROLLUP_NAMES } from '../../runtime/storage/contributions.js';
import { idsOf } from '../pipeline/document-ids.js';
import { type PublishPorts, publishEach } from '../pipeline/publish.js';
import type { RenderPlace } from '../ports/rebuilds.js';
import type { StateScan } from '../ports/states.js';
import { inOrder } from '../work/in-order.js';
import type { Patience } from '../work/retry-policy.js';

export interface RenderAllPorts {
  readonly scan: StateScan;
  readonly publish: PublishPorts;
  readonly patience: Patience;
  /** Resolves when live events have had their turn. */
  readonly yieldToLive: () => Promise<void>;
}

export interface RenderAllSettings {
  readonly chunkDocumentsMax: number;
  /** Orders whose sums are held in memory at a time. */
  readonly summedOrdersMax: number;
  /** Chunks under way at a time: one is loaded while the other is written. */
  readonly chunksInFlight: number;
}

/** Told how far it is. */
export interface RenderProgress {
  /** The sums are complete. */
  summed(): Promise<void>;
  /** So many more documents are durable, and with them all up to this place; `false` ends the rendering there. */
  rendered(place: RenderPlace, documents: number): Promise<boolean>;
}

/** An order's contributions are read and added up in a tenth of the time that a document takes. */
const PAGES_AS_CHUNKS = 10;

interface GroupSum {
  readonly group: Group;
  readonly sum: Sum<SummaryOf[RollupName]>;
}

/** Goes on after `from`. Returns whether it came to the end. */
export async function renderAll(
  ports: RenderAllPorts,
  settings: RenderAllSettings,
  from: RenderPlace | null,
  progress: RenderProgress,
): Promise<boolean> {
  if (from === null) {
    await sumAll(ports, settings);
    await progress.summed();
  }
  const all = Object.values(views);
  const first = from === null ? 0 : all.findIndex(({ name }) => name === from.view);
  for (const [i, view] of all.slice(first).entries()) {
    const after = i === 0 ? (from?.after ?? null) : null;
    if (!(await renderView(ports, settings, view, after, progress))) return false;
  }
  return true;
}

/** Several chunks are under way; a place is told when all chunks before it are durable. */
function renderView(
  ports: RenderAllPorts,
  { chunkDocumentsMax, chunksInFlight }: RenderAllSettings,
  view: View,
  after: string | null,
  progress: RenderProgress,
): Promise<boolean> {
  return inOrder(
    idsOf(ports, view.keyedBy, chunkDocumentsMax, after),
    chunksInFlight,
    async (ids) => {
      await ports.yieldToLive();
      // Nobody follows a generation that is not served: nothing is announced.
      for await (const _ of publishEach(ports.publish, ports.patience, [new Map([[view, ids]])]));
    },
    async (ids) => progress.rendered({ view: view.name, after: ids.at(-1) ?? '' }, ids.length),
  );
}

/** All groups in few passes over the orders, instead of one look-up for each piece of them. */
async function sumAll(
  { scan, publish: ports, patience, yieldToLive }: RenderAllPorts,
  { chunkDocumentsMax, summedOrdersMax }: RenderAllSettings,
): Promise<void> {
  const passes = Math.ceil((await patience.until(() => scan.count({ aggregate: 'orders' }))) / summedOrdersMax);
  for (let pass = 0; pass < passes; pass += 1) {
    await patience.until(async () => {
      const ticket = await ports.tickets.next();
      const sums = new Map(ROLLUP_NAMES.map((rollup) => [rollup, new Map<string, GroupSum>()]));
      for await (const page of scan.contributions(PAGES_AS_CHUNKS * chunkDocumentsMax)) {
        for (const [rollup, contribution] of page) {
          if (passes === 1 || passOf(contribution.owner, passes) === pass) addTo(sums, rollup, contribution);
        }
        await yieldToLive();
      }
      for (const [rollup, groups] of sums) {
        const summaries = [...groups.values()].map(({ group, sum }) => ({ group, summary: sum.summary() }));
        // Groups of one owner stand next to each other: they are stored together.
        summaries.sort((a, b) => (a.group.owner < b.group.owner ? -1 : 1));
        for (const piece of piecesOf(summaries, chunkDocumentsMax)) {
          await yieldToLive();
          await ports.rollups.write(rollup, ticket, piece);
        }
      }
    });
  }
}

function addTo(
  sums: ReadonlyMap<RollupName, Map<string, GroupSum>>,
  rollup: RollupName,
  contribution: Contribution,
): void {
  const groups = sums.get(rollup);
  const text = textOfGroup(contribution);
  let known = groups?.get(text);
  if (known === undefined) {
    known = { group: group(contribution.owner, contribution.period), sum: rollups[rollup].sum() };
    groups?.set(text, known);
  }
  known.sum.add(contribution);
}

function passOf(owner: string, passes: number): number {
  return createHash('sha1').update(owner).digest().readUInt32BE(0) % passes;
}
