/**
 * Every sum, and what the orders' states make of it. A wrong one would make a document and its recomputation equally
 * wrong.
 */
import type { Rollup } from '../../mappings/contract.js';
import { rollups } from '../../mappings/registry.js';
import { groupOfText, textOfGroup, unitedGroups } from '../../mappings/rollups/group.js';
import type { RollupName } from '../../mappings/rollups/summaries.js';
import { piecesOf } from '../../runtime/collections.js';
import { Dirty } from '../pipeline/dirty.js';
import { idsOf } from '../pipeline/document-ids.js';
import { chunksOf, publishAll } from '../pipeline/publish.js';
import { type ResolvePorts, resolve } from '../pipeline/resolve.js';
import type { BasisScan, RollupCopy } from '../ports/states.js';
import { halvesOfList, inRoom } from '../work/room.js';
import type { Subject } from './check.js';
import { canonicalJson } from './digest.js';
import type { DocumentCheckPorts } from './documents.js';
import type { Fault } from './look.js';
import { pathsThatDiffer } from './paths.js';
import { raiseAbove } from './repair.js';

export interface DeepPorts extends DocumentCheckPorts {
  readonly basis: BasisScan;
  readonly publish: DocumentCheckPorts['publish'] & ResolvePorts;
}

interface RollupLook {
  readonly fault: Fault;
  readonly ticket: number | null;
  readonly summary: string | null;
}

const PAGE_IDS = 1000;

export function sumsOf(ports: DeepPorts, rollup: RollupName): Subject<RollupLook> {
  const { basis, patience } = ports;
  async function* pages() {
    for await (const groups of basis.groups(rollup)) yield groups.map(textOfGroup);
    // What an order counts in, and no sum is there for.
    for await (const ids of idsOf(ports, { aggregate: 'orders' }, PAGE_IDS)) {
      const parts = inRoom(ids, halvesOfList, ports.loadedCharactersMax, (part, room) =>
        patience.until(() => basis.states('orders', part, room())),
      );
      for await (const states of parts) {
        const groups = unitedGroups([...states.values()].flatMap(({ state }) => state?.groups.get(rollup) ?? []));
        // An order may count in tens of thousands.
        for (const piece of piecesOf(groups, PAGE_IDS)) {
          const known = await patience.until(() => basis.rollups(rollup, piece));
          yield piece.map(textOfGroup).filter((group) => !known.has(group));
        }
      }
    }
  }
  return {
    name: `rollups/${rollup}`,
    async *parts() {
      yield pages();
    },
    look: (groups) => patience.until(() => lookAtSums(ports, rollup, groups)),
    wasWritten: (before, now) => before.ticket !== now.ticket || before.summary !== now.summary,
    settle: ports.settle,
    repair: (drifted) => repairSums(ports, rollup, drifted),
  };
}

async function lookAtSums(
  ports: DeepPorts,
  name: RollupName,
  texts: readonly string[],
): Promise<Map<string, RollupLook>> {
  const rollup: Rollup = rollups[name];
  const groups = texts.map(groupOfText);
  const stored = await ports.basis.rollups(name, groups);
  const lastTicket = await ports.tickets.last();
  const sums = new Map(texts.map((text) => [text, { members: 0, sum: rollup.sum() }]));
  await ports.rollups.members(name, groups, (group, contribution) => {
    const own = sums.get(group);
    if (own === undefined) return;
    own.members += 1;
    own.sum.add(contribution);
  });
  const looks = new Map<string, RollupLook>();
  for (const [group, { members, sum }] of sums) {
    const copy = stored.get(group);
    const fault = judge(members === 0 ? null : sum.summary(), sum.summary(), copy, lastTicket);
    if (fault === null) continue;
    const ticket = copy === undefined || Number.isNaN(copy.ticket) ? null : copy.ticket;
    looks.set(group, { fault, ticket, summary: copy?.summary ?? null });
  }
  return looks;
}

/** A group without members may have no sum; one that has been left keeps an empty one. */
function judge(
  needed: object | null,
  expected: object,
  copy: RollupCopy | undefined,
  lastTicket: number,
): Fault | null {
  if (copy === undefined) return needed === null ? null : { kind: 'missing' };
  const found = readable(copy.summary);
  if (found === undefined || canonicalJson(found) !== canonicalJson(expected)) {
    const fields = found === undefined ? ['summary'] : pathsThatDiffer(JSON.parse(JSON.stringify(expected)), found);
    return { kind: 'different', fields };
  }
  if (copy.ticket <= lastTicket) return null;
  return Number.isNaN(copy.ticket) ? { kind: 'different', fields: ['ticket'] } : { kind: 'ahead', ticket: copy.ticket };
}

function readable(summary: string): unknown {
  try {
    return JSON.parse(summary);
  } catch {
    return undefined;
  }
}

/** The documents that read the sums follow. */
async function repairSums(
  ports: DeepPorts,
  rollup: RollupName,
  drifted: ReadonlyMap<string, RollupLook>,
): Promise<readonly string[]> {
  await raiseAbove(
    ports,
    [...drifted.values()].map(({ ticket }) => ticket ?? 0),
  );
  const dirty = new Dirty();
  for (const text of drifted.keys()) dirty.group(rollup, groupOfText(text));
  const documents = await ports.patience.until(() => resolve(ports.publish, dirty));
  await publishAll(ports.publish, ports.patience, chunksOf(documents, ports.chunkDocumentsMax));
  const looks = await ports.patience.until(() => lookAtSums(ports, rollup, [...drifted.keys()]));
  return [...drifted].flatMap(([group, { ticket }]) => (looks.get(group)?.ticket === ticket ? [group] : []));
}
