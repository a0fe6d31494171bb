/** States as the events in Kafka make them, of some of the aggregates at a time: for what is compared with what is stored. */

import { EMPTY_STATE, merge } from '../../mappings/aggregates/merge.js';
import type { AggregateState } from '../../mappings/aggregates/state.js';
import type { AggregateName } from '../../mappings/events/event.js';
import { aggregates } from '../../mappings/registry.js';
import { groupBy } from '../../runtime/collections.js';
import { mergeWhatFits, mergeWhole, type StateBounds } from '../pipeline/bounded-merge.js';
import { type DecodedDelivery, decodeBatch } from '../pipeline/decode.js';
import { gapAfter } from '../pipeline/gap.js';
import type { EventLog, SourceRecord } from '../ports/events.js';
import type { Gap } from '../ports/states.js';

export class Refold {
  private readonly states = new Map<string, AggregateState>();
  /** At most so many bytes is what each has, about, as it is stored. */
  private readonly bytes = new Map<string, number>();
  private readonly full = new Set<string>();
  /** Of those that have one. */
  private readonly gaps = new Map<string, Gap>();
  /** How far each partition was read; empty before the first reading. */
  private readonly next = new Map<number, number>();

  constructor(
    private readonly events: EventLog,
    private readonly aggregate: AggregateName,
    /** Which of them. */
    private readonly includes: (id: string) => boolean,
    private readonly bounds: StateBounds,
  ) {}

  /** Resolves when every event that is there now has been folded. */
  async advance(): Promise<void> {
    const spans = await this.events.spans(this.aggregate);
    const left = spans.map((span) => ({ ...span, from: this.next.get(span.partition) ?? span.from }));
    await this.events.read(this.aggregate, left, (records) => this.fold(records));
    for (const { partition, to } of spans) this.next.set(partition, to);
  }

  /** Empty when no event is of it. */
  stateOf(id: string): AggregateState {
    return this.states.get(id) ?? EMPTY_STATE;
  }

  /** Whether an event did not fit. Which ones those are may depend on the order in which they came. */
  isFull(id: string): boolean {
    return this.full.has(id);
  }

  gapOf(id: string): { readonly gap?: Gap } {
    const gap = this.gaps.get(id);
    return gap === undefined ? {} : { gap };
  }

  has(id: string): boolean {
    return this.states.has(id);
  }

  get ids(): readonly string[] {
    return [...this.states.keys()];
  }

  private async fold(records: readonly SourceRecord[]): Promise<void> {
    // The key is the subject: only what it names need be decoded.
    const own = records.filter(({ key }) => key !== null && this.includes(Buffer.from(key).toString('utf8')));
    for (const [id, deliveries] of groupBy(decodeBatch(own).deliveries, ({ event }) => event.subject)) {
      const before = { state: this.stateOf(id), ...this.gapOf(id) };
      const state = await this.merged(id, before.state, deliveries);
      this.states.set(id, state);
      const { gap } = gapAfter(before, state, deliveries);
      if (gap === undefined) this.gaps.delete(id);
      else this.gaps.set(id, gap);
    }
  }

  /** Small ones are not measured. */
  private async merged(id: string, before: AggregateState, deliveries: readonly DecodedDelivery[]) {
    const bytes = deliveries.reduce((sum, { record }) => sum + bytesAtMost(record), this.bytes.get(id) ?? 0);
    this.bytes.set(id, bytes);
    if (bytes <= this.bounds.stateBytesMax) return merge(aggregates[this.aggregate], before, deliveries).state;
    const whole = mergeWhole(this.bounds, this.aggregate, id, before, deliveries);
    if (whole !== 'too large') return whole.change?.state ?? before;
    const { change, outcomes } = await mergeWhatFits(this.bounds, this.aggregate, id, before, deliveries);
    if (outcomes.includes('too-large')) this.full.add(id);
    return change?.state ?? before;
  }
}

/** What an event adds to a state, its id and place included; an older shape of the data is shorter than the present one. */
function bytesAtMost({ value }: SourceRecord): number {
  return 2 * (value?.length ?? 0) + 2048;
}
