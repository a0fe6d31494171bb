/** Every state, and what the events in Kafka make of it; and what is stored beside it, which follows from it. */
import { firstMissing, joinedUpTo } from '../../mappings/aggregates/sequences.js';
import type { AggregateState, Register } from '../../mappings/aggregates/state.js';
import { type AggregateName, compareVersions } from '../../mappings/events/event.js';
import { aggregates } from '../../mappings/registry.js';
import { unitedGroups } from '../../mappings/rollups/group.js';
import { piecesOf } from '../../runtime/collections.js';
import { decodeState, encodeState } from '../../runtime/storage/state-codec.js';
import { Refused } from '../generations/refused.js';
import { fits, type StateBounds, type StoredForm, storedForm } from '../pipeline/bounded-merge.js';
import { derive } from '../pipeline/derive.js';
import { idsOf } from '../pipeline/document-ids.js';
import type { Room } from '../ports/errors.js';
import type { EventLog } from '../ports/events.js';
import type { FullStates, Gap, StateCopy } from '../ports/states.js';
import { foundInRoom } from '../work/room.js';
import type { Subject } from './check.js';
import { bucketOf } from './digest.js';
import type { Fault } from './look.js';
import { pathsThatDiffer } from './paths.js';
import { Refold } from './refold.js';
import { type RefreshPorts, refreshAggregates } from './refresh.js';
import type { DeepPorts } from './rollups.js';

export interface StateCheckPorts extends DeepPorts, RefreshPorts {
  readonly publish: DeepPorts['publish'];
  readonly events: EventLog;
  readonly fold: StateBounds;
  readonly fullStates: FullStates;
}

interface StateLook {
  readonly fault: Fault;
  readonly version: number;
  /** As the events make it. */
  readonly state: AggregateState;
  readonly gap?: Gap;
}

const PAGE_IDS = 1000;
const BUCKETS = 256;
/** States that are held in memory at a time: with more, the topic is read more than once. */
const STATES_HELD_MAX = 50_000;

/** @throws Refused when events are no longer in Kafka. */
export function statesOf(
  ports: StateCheckPorts,
  aggregate: AggregateName,
  statesHeldMax = STATES_HELD_MAX,
): Subject<StateLook> {
  const { patience, scan } = ports;
  let refold = new Refold(ports.events, aggregate, () => false, ports.fold);
  async function* pages(folded: Refold, includes: (id: string) => boolean) {
    for await (const ids of idsOf(ports, { aggregate }, PAGE_IDS)) yield ids.filter(includes);
    for (const ids of piecesOf(folded.ids, PAGE_IDS)) {
      const known = await patience.until(() => ports.aggregates.versions(aggregate, ids));
      yield ids.filter((id) => !known.has(id));
    }
  }
  return {
    name: `states/${aggregate}`,
    async *parts() {
      await assertHistory(ports.events, aggregate);
      const count = await patience.until(() => scan.count({ aggregate }));
      const parts = Math.min(BUCKETS, Math.max(1, Math.ceil(count / statesHeldMax)));
      for (let part = 0; part < parts; part += 1) {
        const includes = (id: string) => bucketOf(id) % parts === part;
        refold = new Refold(ports.events, aggregate, includes, ports.fold);
        await refold.advance();
        yield pages(refold, includes);
      }
    },
    look: (ids) => patience.until(() => lookAtStates(ports, aggregate, refold, ids)),
    wasWritten: (before, now) => before.version !== now.version,
    settle: ports.settle,
    repair: (drifted) => repairStates(ports, aggregate, drifted),
  };
}

async function assertHistory(events: EventLog, aggregate: AggregateName): Promise<void> {
  const lost = (await events.spans(aggregate)).filter(({ from }) => from > 0);
  if (lost.length === 0) return;
  const where = lost.map(({ topic, partition, from }) => `${topic}/${partition} before offset ${from}`).join(', ');
  throw new Refused(`Events are no longer in Kafka: ${where}. States cannot be compared with what is left of them.`);
}

async function lookAtStates(
  ports: StateCheckPorts,
  aggregate: AggregateName,
  refold: Refold,
  ids: readonly string[],
): Promise<Map<string, StateLook>> {
  return foundInRoom(ids, ports.loadedCharactersMax, (part, room) => lookAtPart(ports, aggregate, refold, part, room));
}

/** What is stored is read first: the events that it was made of are there then. */
async function lookAtPart(
  ports: StateCheckPorts,
  aggregate: AggregateName,
  refold: Refold,
  ids: readonly string[],
  room: Room,
): Promise<Map<string, StateLook>> {
  const copies = await ports.basis.states(aggregate, ids, room);
  await refold.advance();
  const faults = new Map<string, Fault>();
  for (const id of ids) {
    const fault = judge(ports, aggregate, id, refold.has(id) ? refold.stateOf(id) : null, copies.get(id));
    if (fault !== null) faults.set(id, fault);
  }
  // Read with the delete that made room for it, an event fits that did not when it came.
  const wereFull = await ports.fullStates.among(aggregate, [...faults.keys()]);
  const looks = new Map<string, StateLook>();
  for (const [id, fault] of faults) {
    const copy = copies.get(id);
    const folded = refold.stateOf(id);
    const state = { ...folded, groups: everIn(folded, copy?.state ?? null) };
    const { stateBytesMax } = ports.fold;
    const isFull =
      wereFull.has(id) || refold.isFull(id) || !fits(storedAs(ports, aggregate, id, state).text, stateBytesMax);
    // Of a full one, nobody knows from the log alone which events it has: what can be read counts as right.
    if (isFull && copy !== undefined && copy.state !== null) continue;
    looks.set(id, { fault, version: copy?.version ?? 0, state, ...refold.gapOf(id) });
  }
  return looks;
}

function judge(
  { settings }: Pick<StateCheckPorts, 'settings'>,
  aggregate: AggregateName,
  id: string,
  folded: AggregateState | null,
  copy: StateCopy | undefined,
): Fault | null {
  if (copy === undefined) return folded === null ? null : { kind: 'missing' };
  if (copy.state === null) return { kind: 'different', fields: ['state'] };
  if (folded === null) return isEmpty(copy.state) ? null : { kind: 'extra' };
  const derived = derive(aggregate, id, copy.state, settings);
  const fields = [
    ...pathsThatDiffer(
      essenceOf(withoutLateKept(aggregate, decodeState(encodeState(folded)), copy.state)),
      essenceOf(copy.state),
    ),
    // Since when depends on what was merged together.
    ...pathsThatDiffer({ gap: firstMissing(copy.state.sequences) }, { gap: copy.gap?.awaited ?? null }),
    ...(aggregate === 'orders'
      ? pathsThatDiffer(
          { references: derived.references, contributions: derived.contributions, groups: [...derived.state.groups] },
          { references: copy.references, contributions: copy.contributions, groups: [...copy.state.groups] },
        )
      : []),
  ];
  return fields.length === 0 ? null : { kind: 'different', fields };
}

/**
 * Without registers that outlive the delete and that what is stored lacks: it may have been folded by a version that did
 * not keep them yet. Others are told nothing wrong by that, only less.
 */
function withoutLateKept(aggregate: AggregateName, folded: AggregateState, stored: AggregateState): AggregateState {
  const { deleted } = folded;
  if (deleted === null) return folded;
  const { keptAfterDelete } = aggregates[aggregate];
  const isLate = (register: string, { version }: Register) =>
    keptAfterDelete.includes(register) && !stored.registers.has(register) && compareVersions(version, deleted) <= 0;
  return { ...folded, registers: new Map([...folded.registers].filter(([name, register]) => !isLate(name, register))) };
}

/** All that a state is but where its events lay in Kafka, which depends on which of duplicates came first. */
function essenceOf({ registers, founded, deleted, erased, last, sequences, remembered }: AggregateState): object {
  return {
    registers: Object.fromEntries(registers),
    ...{ founded, deleted, erased, last },
    // Below an erasure they may have been joined.
    sequences: joinedUpTo(sequences, erased?.sequence ?? 0),
    remembered: Object.fromEntries(remembered.map(({ version, contentHash }) => [version.eventId, contentHash])),
  };
}

/** What a repair has left of a state that no event is of. */
function isEmpty({ registers, founded, deleted }: AggregateState): boolean {
  return registers.size === 0 && founded === null && deleted === null;
}

/** Groups that were ever left must be recomputed for ever. */
function everIn(folded: AggregateState, stored: AggregateState | null): AggregateState['groups'] {
  const groups = new Map(folded.groups);
  for (const [rollup, own] of stored?.groups ?? []) {
    groups.set(rollup, unitedGroups([...(groups.get(rollup) ?? []), ...own]));
  }
  return groups;
}

/** By compare-and-set like every state; then all that depends on them follows. */
async function repairStates(
  ports: StateCheckPorts,
  aggregate: AggregateName,
  drifted: ReadonlyMap<string, StateLook>,
): Promise<readonly string[]> {
  const conflicts = await writeStates(ports, aggregate, drifted);
  const written = [...drifted.keys()].filter((id) => !conflicts.has(id));
  await refreshAggregates(ports, aggregate, written);
  return [...conflicts];
}

/**
 * Makes the states what the events in Kafka make of them, those included that nobody has projected yet. What depends on
 * them is left to the caller. Returns how many were changed. Call it only when the events are all there.
 */
export async function replaceStates(
  ports: StateCheckPorts,
  aggregate: AggregateName,
  ids: readonly string[],
): Promise<number> {
  const wanted = new Set(ids);
  const refold = new Refold(ports.events, aggregate, (id) => wanted.has(id), ports.fold);
  let changed = 0;
  for (const piece of piecesOf(ids, PAGE_IDS)) {
    // Events that came meanwhile may have been merged by others: then again, with those.
    for (let left: readonly string[] = piece; left.length > 0; ) {
      const looks = await ports.patience.until(() => lookAtStates(ports, aggregate, refold, left));
      const conflicts = await writeStates(ports, aggregate, looks);
      changed += looks.size - conflicts.size;
      left = [...conflicts];
    }
  }
  return changed;
}

function storedAs(
  { settings }: Pick<StateCheckPorts, 'settings'>,
  aggregate: AggregateName,
  id: string,
  state: AggregateState,
): StoredForm {
  return storedForm(derive(aggregate, id, state, settings));
}

function writeStates(
  ports: StateCheckPorts,
  aggregate: AggregateName,
  looks: ReadonlyMap<string, StateLook>,
): Promise<ReadonlySet<string>> {
  const writes = [...looks].map(([id, { version, state, gap }]) => ({
    id,
    expected: version,
    ...storedAs(ports, aggregate, id, state),
    ...(gap === undefined ? {} : { gap }),
  }));
  return ports.patience.until(() => ports.aggregates.write(aggregate, writes));
}
