/**
 * How events merge into an aggregate's state. Every part keeps what comes last in the event order, or is a set that
 * grows, so that merging is commutative, associative and idempotent: duplicates, disorder and replays end in the same
 * state. The marks of deduplication are in the same record as the effects.
 */

import type { Aggregate } from '../contract.js';
import { codePointOrder, compareVersions, type DomainEvent, type Version } from '../events/event.js';
import { includeSequence } from './sequences.js';
import type { AggregateState, LogPlace, Register, RememberedEvent, SequenceRange } from './state.js';

/** An event as it was delivered. */
export interface Delivery {
  readonly event: DomainEvent;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Later than what is shown: only its id is remembered, so that what comes under the same id is judged as ever. */
  readonly idOnly?: true;
}

/**
 * `first`: certainly not merged before. `again`: merged before, or too old to tell; its first delivery may have died
 * before anything was rendered. `reused-id`: a remembered event has the same id and other content; it changed nothing.
 */
export type MergeOutcome = 'first' | 'again' | 'reused-id';

/** Event ids remembered per aggregate. Beyond them merging is idempotent all the same. */
export const REMEMBERED_EVENTS_MAX = 64;

/** In place of the hash of an event that an erasure covers: whatever comes under its id counts as the same again. */
const ERASED_HASH = '';

export const EMPTY_STATE: AggregateState = {
  registers: new Map(),
  founded: null,
  deleted: null,
  erased: null,
  last: null,
  sequences: [],
  remembered: [],
  forgotten: [],
  groups: new Map(),
};

export interface Merged {
  readonly state: AggregateState;
  /** Whether the state differs from the one merged into. */
  readonly changed: boolean;
  /** One per delivery. */
  readonly outcomes: readonly MergeOutcome[];
}

/** Merges deliveries of one aggregate, in any order, into its state. */
export function merge(aggregate: Aggregate, before: AggregateState, deliveries: readonly Delivery[]): Merged {
  const draft = draftOf(before);
  const outcomes = deliveries.map((delivery) => mergeOne(aggregate, draft, delivery));
  if (!draft.changed) return { state: before, changed: false, outcomes };
  dropVoidRegisters(draft, aggregate.keptAfterDelete);
  dropErasedHashes(draft);
  const { changed: _, ...state } = draft;
  return { state, changed: true, outcomes };
}

type Draft = { -readonly [Field in keyof AggregateState]: AggregateState[Field] } & {
  registers: Map<string, Register>;
  sequences: SequenceRange[];
  remembered: RememberedEvent[];
  changed: boolean;
};

function draftOf(before: AggregateState): Draft {
  const { registers, sequences, remembered } = before;
  return {
    ...before,
    registers: new Map(registers),
    sequences: [...sequences],
    remembered: [...remembered],
    changed: false,
  };
}

function mergeOne(aggregate: Aggregate, draft: Draft, delivery: Delivery): MergeOutcome {
  const { event } = delivery;
  const known = draft.remembered.find(({ version }) => version.eventId === event.eventId);
  if (known !== undefined) return isSameContent(known, event) ? 'again' : 'reused-id';
  const version: Version = { sequence: event.sequence, time: event.time, eventId: event.eventId };
  const remembered = remember(draft, version, delivery);
  if (delivery.idOnly === true) return remembered ? 'first' : 'again';
  const included = includeSequence(draft.sequences, event.sequence);
  const isFirst = remembered && (event.sequence === 0 || included);
  if (included) draft.changed = true;
  if (isLater(version, draft.last)) set(draft, 'last', version);
  const { lifecycle, writes } = aggregate.effect(event);
  if (lifecycle === 'found' && isLater(version, draft.founded)) set(draft, 'founded', version);
  if ((lifecycle === 'delete' || lifecycle === 'erase') && isLater(version, draft.deleted))
    set(draft, 'deleted', version);
  if (lifecycle === 'erase' && isLater(version, draft.erased)) set(draft, 'erased', version);
  for (const register of Object.keys(writes)) {
    const value = writes[register];
    if (value === undefined || !isLater(version, draft.registers.get(register)?.version ?? null)) continue;
    if (isVoid(draft, aggregate.keptAfterDelete, register, version)) continue;
    draft.registers.set(register, { value, version });
    draft.changed = true;
  }
  return isFirst ? 'first' : 'again';
}

function set<Field extends keyof Draft>(draft: Draft, field: Field, value: Draft[Field]): void {
  draft[field] = value;
  draft.changed = true;
}

function isLater(version: Version, than: Version | null): boolean {
  return than === null || compareVersions(version, than) > 0;
}

/** Keeps the newest by event order, whatever the order of arrival. False when the event is older than all of them. */
function remember(draft: Draft, version: Version, delivery: Delivery): boolean {
  const { topic, partition, offset, event } = delivery;
  const { remembered } = draft;
  let at = remembered.length;
  for (let earlier = remembered[at - 1]; earlier !== undefined; earlier = remembered[at - 1]) {
    if (compareVersions(earlier.version, version) < 0) break;
    at -= 1;
  }
  if (at === 0 && remembered.length >= REMEMBERED_EVENTS_MAX) {
    forget(draft, delivery);
    return false;
  }
  remembered.splice(at, 0, { version, topic, partition, offset, contentHash: event.contentHash });
  if (remembered.length > REMEMBERED_EVENTS_MAX) {
    const oldest = remembered.shift();
    if (oldest !== undefined) forget(draft, oldest);
  }
  draft.changed = true;
  return true;
}

/** The place is all that is kept of the event. A maximum: the order in which events are forgotten makes no difference. */
function forget(draft: Draft, { topic, partition, offset }: LogPlace): void {
  const isThere = (place: LogPlace) => place.topic === topic && place.partition === partition;
  if (draft.forgotten.some((place) => isThere(place) && place.offset >= offset)) return;
  const others = draft.forgotten.filter((place) => !isThere(place));
  const inOrder = (a: LogPlace, b: LogPlace) => codePointOrder(a.topic, b.topic) || a.partition - b.partition;
  set(draft, 'forgotten', [...others, { topic, partition, offset }].sort(inOrder));
}

/** Written before the last delete (or erasure, for what outlives a delete): it counts no more, and never will again. */
function isVoid(draft: Draft, keptAfterDelete: readonly string[], register: string, version: Version): boolean {
  const limit = keptAfterDelete.includes(register) ? draft.erased : draft.deleted;
  return limit !== null && compareVersions(version, limit) <= 0;
}

function dropVoidRegisters(draft: Draft, keptAfterDelete: readonly string[]): void {
  if (draft.deleted === null) return;
  for (const [register, { version }] of draft.registers) {
    if (isVoid(draft, keptAfterDelete, register, version)) draft.registers.delete(register);
  }
}

/** Who guesses personal data could check the guess against its hash: the hashes of what was erased go, too. */
function dropErasedHashes(draft: Draft): void {
  const { erased } = draft;
  if (erased === null) return;
  draft.remembered = draft.remembered.map((event) =>
    compareVersions(event.version, erased) <= 0 ? { ...event, contentHash: ERASED_HASH } : event,
  );
}

function isSameContent({ contentHash }: RememberedEvent, event: DomainEvent): boolean {
  return contentHash === event.contentHash || contentHash === ERASED_HASH;
}
