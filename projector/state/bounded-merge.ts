/**
 * Merging within the limit of a state's stored form. Below it everything is merged at once, as ever. Of deliveries that
 * do not fit together, those come first that make room or need least, and the others are left out: which ones these are
 * may depend on what arrived before, and with what. What makes a state smaller is never among them.
 */
import { setImmediate } from 'node:timers/promises';
import { type Delivery, type MergeOutcome, merge } from '../../mappings/aggregates/merge.js';
import type { AggregateState } from '../../mappings/aggregates/state.js';
import type { DerivationSettings, Effect, Json } from '../../mappings/contract.js';
import { type AggregateName, compareVersions } from '../../mappings/events/event.js';
import { aggregates } from '../../mappings/registry.js';
import { encodeState } from '../../runtime/state-codec.js';
import { groupBy } from '../pipeline/group.js';
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

/** Deletes and erasures always fit: their marks take some bytes more where nothing is left that they could remove. */
export const DELETES_BYTES = 1024 * 1024;

/** Where one does not fit, those that need more are tried so many times: what an event adds to sums is not foreseen. */
const ROUNDS_MAX = 4;

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
  await filling.add(deletes, bounds.stateBytesMax + DELETES_BYTES);
  await filling.add(
    others.sort((a, b) => a.growth - b.growth),
    bounds.stateBytesMax,
  );
  return filling.result();
}

interface Need {
  readonly isDelete: boolean;
  /** Of the registers, in characters as JSON. */
  readonly growth: number;
}

function needOf(name: AggregateName, { registers }: AggregateState, { event }: Delivery): Need {
  const { lifecycle, writes } = aggregates[name].effect(event);
  const { sequence, time, eventId } = event;
  let growth = 0;
  for (const [register, value] of Object.entries(writes)) {
    const former = registers.get(register);
    if (former !== undefined && compareVersions(former.version, { sequence, time, eventId }) >= 0) continue;
    growth += charactersOf(value) - charactersOf(former?.value);
  }
  return { isDelete: DELETES.includes(lifecycle), growth };
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

  /** As many of the first as fit; then without the one that does not. */
  async add(needs: readonly { readonly place: number }[], bytesMax: number): Promise<void> {
    let rest = needs.map(({ place }) => place);
    for (let round = 0; round < ROUNDS_MAX && rest.length > 0; round += 1) {
      rest = rest.slice((await this.addFirst(rest, Math.max(bytesMax, this.bytes))) + 1);
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
      const isFitting = tried !== 'too large' && (tried.change === null || fits(tried.change.text, bytesMax));
      if (isFitting) [fitting, best] = [count, tried];
      else tooMany = count;
      await setImmediate();
    }
    if (best !== null) this.accept(places, best);
    return fitting;
  }

  private tried(places: readonly number[]): BoundedMerge | 'too large' {
    const deliveries = places.flatMap((place) => this.deliveries[place] ?? []);
    return mergeUnbounded(this.bounds, this.name, this.id, this.state, deliveries);
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

/** `too large`: for a text. */
function mergeUnbounded(
  { settings }: StateBounds,
  name: AggregateName,
  id: string,
  before: AggregateState,
  deliveries: readonly Delivery[],
): BoundedMerge | 'too large' {
  const { state, changed, outcomes } = merge(aggregates[name], before, deliveries);
  if (!changed) return { change: null, outcomes };
  const derived = derive(name, id, state, settings);
  try {
    return { change: storedForm(derived), outcomes };
  } catch (error) {
    // No text of V8 is longer than 512 MiB.
    if (error instanceof RangeError) return 'too large';
    throw error;
  }
}
