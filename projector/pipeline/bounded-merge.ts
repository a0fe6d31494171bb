/**
 * Merging within the limit of a state's stored form. Below it everything is merged at once, as ever. Of deliveries that
 * do not fit together, those come first that make room or need least, and the others are left out: which ones these are
 * may depend on what arrived before, and with what. Deletes and erasures are never among them: what they add beside the
 * marks that there is one of anyhow is a range of sequences each, and where there is no room for it, it is left out.
 */
import { setImmediate } from 'node:timers/promises';
import { type Delivery, type MergeOutcome, merge } from '../../mappings/aggregates/merge.js';
import { joinedUpTo } from '../../mappings/aggregates/sequences.js';
import type { AggregateState } from '../../mappings/aggregates/state.js';
import type { DerivationSettings, Effect, Json } from '../../mappings/contract.js';
import { type AggregateName, compareVersions } from '../../mappings/events/event.js';
import { aggregates } from '../../mappings/registry.js';
import { groupBy } from '../../runtime/collections.js';
import { encodeState } from '../../runtime/storage/state-codec.js';
import { type Derived, derive } from './derive.js';

export interface StateBounds {
  readonly settings: DerivationSettings;
  /** Of the stored form, in UTF-8. */
  readonly stateBytesMax: number;
}

/** `too-large`: it changed nothing, and is not remembered. */
export type BoundedOutcome = MergeOutcome | 'too-large';

export interface BoundedMerge {
  /** What is to be stored; `null`: nothing has changed. */
  readonly change: StoredForm | null;
  /** One per delivery. */
  readonly outcomes: readonly BoundedOutcome[];
}

export interface StoredForm extends Derived {
  /** The state, encoded. */
  readonly text: string;
}

/** What deletes and erasures may add to a state that is full, where nothing is left that they could remove. */
export const DELETES_BYTES = 1024 * 1024;
/** Of these, for their sequences. The other half is for marks: they are of the last delete, or as few as the events remembered. */
const DELETED_SEQUENCES_BYTES = DELETES_BYTES / 2;

/** So many times the first of what is left are tried until one does not fit. */
const ROUNDS_MAX = 4;
/** What an event adds to sums is not foreseen, so one that was to add little may have failed: then others are tried apart. */
const GROUPS_TRIED_MAX = 32;

const DELETES: readonly Effect['lifecycle'][] = ['delete', 'erase'];

/** A UTF-16 unit has at most so many bytes in UTF-8. */
const UNIT_BYTES_MAX = 3;

/** All of the deliveries merged, and how that is stored; `too large` is to be tried by `mergeWhatFits`. */
export function mergeWhole(
  bounds: StateBounds,
  name: AggregateName,
  id: string,
  before: AggregateState,
  deliveries: readonly Delivery[],
): BoundedMerge | 'too large' {
  const merged = mergeUnbounded(bounds, name, id, before, deliveries);
  if (merged === 'too large') return merged;
  return merged.change === null || fits(merged.change.text, bounds.stateBytesMax) ? merged : 'too large';
}

/** Leaves out what does not fit. Lets others have their turn between trials, of which there are a few dozen at most. */
export async function mergeWhatFits(
  bounds: StateBounds,
  name: AggregateName,
  id: string,
  before: AggregateState,
  deliveries: readonly Delivery[],
): Promise<BoundedMerge> {
  const filling = new Filling(bounds, name, id, before, deliveries);
  const needs = [...deliveries].map((delivery, place) => ({ place, ...needOf(name, before, delivery) }));
  const { deletes = [], others = [] } = Object.fromEntries(
    groupBy(needs, ({ isDelete }) => (isDelete ? 'deletes' : 'others')),
  );
  // The order of merging makes no difference to what is merged.
  await filling.addDeletes(deletes.map(({ place }) => place));
  await filling.add(others.sort((a, b) => a.growth - b.growth));
  return filling.result();
}

interface Need {
  readonly place: number;
  readonly type: string;
  readonly isDelete: boolean;
  /** Of the registers, in characters as JSON. */
  readonly growth: number;
}

function needOf(name: AggregateName, { registers }: AggregateState, { event }: Delivery): Omit<Need, 'place'> {
  const { lifecycle, writes } = aggregates[name].effect(event);
  const { type, sequence, time, eventId } = event;
  let growth = 0;
  for (const [register, value] of Object.entries(writes)) {
    const former = registers.get(register);
    if (former !== undefined && compareVersions(former.version, { sequence, time, eventId }) >= 0) continue;
    growth += charactersOf(value) - charactersOf(former?.value);
  }
  return { isDelete: DELETES.includes(lifecycle), type, growth };
}

function charactersOf(value: Json | undefined): number {
  return value === undefined ? 0 : JSON.stringify(value).length;
}

export function storedForm(derived: Derived): StoredForm {
  return { ...derived, text: encodeState(derived.state) };
}

export function fits(text: string, bytesMax: number): boolean {
  return text.length * UNIT_BYTES_MAX <= bytesMax || Buffer.byteLength(text) <= bytesMax;
}

class Filling {
  private state: AggregateState;
  private bytes: number;
  private change: StoredForm | null = null;
  private readonly outcomes: BoundedOutcome[];

  constructor(
    private readonly bounds: StateBounds,
    private readonly name: AggregateName,
    private readonly id: string,
    before: AggregateState,
    private readonly deliveries: readonly Delivery[],
  ) {
    this.state = before;
    this.bytes = Buffer.byteLength(encodeState(before));
    this.outcomes = deliveries.map(() => 'too-large');
  }

  /** All of them. What does not fit with its sequence is merged without. */
  async addDeletes(places: readonly number[]): Promise<void> {
    const bytesMax = this.bounds.stateBytesMax + DELETED_SEQUENCES_BYTES;
    const rest = places.slice(await this.addFirst(places, bytesMax));
    if (rest.length === 0) return;
    const taken = this.tried(rest, this.state.sequences);
    if (taken !== 'too large') this.accept(rest, taken);
  }

  /** As many of the first as fit, then without the one that does not; then those that do not write the same by themselves. */
  async add(needs: readonly Need[]): Promise<void> {
    const { stateBytesMax } = this.bounds;
    let rest = needs;
    for (let round = 0; round < ROUNDS_MAX && rest.length > 0; round += 1) {
      const fitting = await this.addFirst(
        rest.map(({ place }) => place),
        stateBytesMax,
      );
      rest = rest.slice(fitting + 1);
    }
    const groups = [...groupBy(rest, ({ type }) => type).values()].map((own) => own.map(({ place }) => place));
    await this.addGroups(groups, stateBytesMax);
  }

  /** Each as a whole or in halves: with few that do not fit, all others are found. */
  private async addGroups(groups: readonly (readonly number[])[], bytesMax: number): Promise<void> {
    const waiting = [...groups];
    for (let tries = 0; tries < GROUPS_TRIED_MAX; tries += 1) {
      const places = waiting.shift();
      if (places === undefined) return;
      const tried = this.tried(places);
      if (this.isWithin(tried, bytesMax)) this.accept(places, tried);
      else if (places.length > 1) {
        const middle = places.length >> 1;
        waiting.push(places.slice(0, middle), places.slice(middle));
      }
      await setImmediate();
    }
  }

  result(): BoundedMerge {
    return { change: this.change, outcomes: this.outcomes };
  }

  /** How many of them fit is found by halves. */
  private async addFirst(places: readonly number[], bytesMax: number): Promise<number> {
    let fitting = 0;
    let best: BoundedMerge | null = null;
    let tooMany = places.length + 1;
    for (let count = 1; fitting + 1 < tooMany; count = (fitting + tooMany) >> 1) {
      const tried = this.tried(places.slice(0, count));
      if (this.isWithin(tried, bytesMax)) [fitting, best] = [count, tried];
      else tooMany = count;
      await setImmediate();
    }
    if (best !== null) this.accept(places, best);
    return fitting;
  }

  /** With `kept` in the place of the sequences that it would have; and those joined that are of what was erased. */
  private tried(places: readonly number[], kept?: AggregateState['sequences']): BoundedMerge | 'too large' {
    const deliveries = places.flatMap((place) => this.deliveries[place] ?? []);
    return mergeUnbounded(this.bounds, this.name, this.id, this.state, deliveries, ({ sequences, erased }) =>
      joinedUpTo(kept ?? sequences, erased?.sequence ?? 0),
    );
  }

  /** Or not larger than what is there. */
  private isWithin(tried: BoundedMerge | 'too large', bytesMax: number): tried is BoundedMerge {
    if (tried === 'too large') return false;
    return tried.change === null || fits(tried.change.text, Math.max(bytesMax, this.bytes));
  }

  private accept(places: readonly number[], { change, outcomes }: BoundedMerge): void {
    outcomes.forEach((outcome, i) => {
      const place = places[i];
      if (place !== undefined) this.outcomes[place] = outcome;
    });
    if (change === null) return;
    this.change = change;
    this.state = change.state;
    this.bytes = Buffer.byteLength(change.text);
  }
}

/** Which sequences are kept of what was merged. */
type SequencesOf = (merged: AggregateState) => AggregateState['sequences'];

/** `too large`: for a text. */
function mergeUnbounded(
  { settings }: StateBounds,
  name: AggregateName,
  id: string,
  before: AggregateState,
  deliveries: readonly Delivery[],
  sequencesOf: SequencesOf = ({ sequences }) => sequences,
): BoundedMerge | 'too large' {
  const { state, changed, outcomes } = merge(aggregates[name], before, deliveries);
  if (!changed) return { change: null, outcomes };
  const derived = derive(name, id, { ...state, sequences: sequencesOf(state) }, settings);
  try {
    return { change: storedForm(derived), outcomes };
  } catch (error) {
    // No text of V8 is longer than 512 MiB.
    if (error instanceof RangeError) return 'too large';
    throw error;
  }
}
