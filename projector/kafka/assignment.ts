import type { LogRange, Position } from '../ports/events.js';

export interface Partition {
  readonly topic: string;
  readonly partition: number;
}

/** A range that holds nothing to deliver: control records, and what was aborted or compacted away. */
export interface EmptyRange extends Position {
  /** `null`: that is not known. */
  readonly from: number | null;
}

/** One assignment of partitions to this member: where each begins, and how far each is. A new one begins anew. */
export class Assignment {
  /** Whether it is known where its partitions begin. */
  ready = false;
  private readonly ended = new AbortController();
  /** What the group may be told, and never less than it. */
  private readonly durable = new Map<string, Position>();
  private readonly uncommitted = new Set<string>();
  /** The offset that is fetched next. */
  private readonly fetch = new Map<string, number>();
  /** Everything before was handed over, or is known to be nothing to deliver. */
  private readonly come = new Map<string, number>();

  constructor(readonly partitions: readonly Partition[]) {}

  /** Between assignments: never ready. */
  static none(): Assignment {
    return new Assignment([]);
  }

  /** Aborted when another assignment has taken the place of this one. */
  get signal(): AbortSignal {
    return this.ended.signal;
  }

  end(): void {
    this.ended.abort();
  }

  /**
   * Positions from which its partitions are read: the durable one, or the beginning when there is none. What the group
   * has committed is not asked, since the store may have been restored to an earlier moment.
   * @throws Error when a position is no longer, or not yet, in the topic: history is missing.
   */
  begin(durable: readonly Position[], ranges: ReadonlyMap<string, readonly LogRange[]>): readonly Position[] {
    const known = new Map(durable.map((position) => [nameOf(position), position]));
    const starts = [...ranges].flatMap(([topic, inTopic]) =>
      inTopic
        .filter(({ partition }) => this.has(topic, partition))
        .map(({ partition, low, high }): Position => {
          const position = known.get(nameOf({ topic, partition })) ?? { topic, partition, next: low };
          assertInTopic(position, low, high);
          return position;
        }),
    );
    for (const start of starts) {
      this.fetch.set(nameOf(start), start.next);
      this.come.set(nameOf(start), start.next);
    }
    // A late commit of an earlier assignment stays below: another member may have been ahead of this one meanwhile.
    this.advance(starts.filter((start) => known.has(nameOf(start))));
    this.ready = true;
    return starts;
  }

  has(topic: string, partition: number): boolean {
    return this.partitions.some((assigned) => assigned.topic === topic && assigned.partition === partition);
  }

  /** Everything before the positions is durable. Those of partitions that are not assigned now are left out. */
  advance(positions: readonly Position[]): void {
    for (const { topic, partition, next } of positions) {
      const name = nameOf({ topic, partition });
      if (!this.has(topic, partition)) continue;
      if ((this.durable.get(name)?.next ?? -1) >= next) continue;
      this.durable.set(name, { topic, partition, next });
      this.uncommitted.add(name);
    }
  }

  /**
   * What the group has not been told yet: nothing before it is known where the partitions begin, since what an earlier
   * assignment made durable late may be behind what another member has committed meanwhile.
   */
  takeUncommitted(): Position[] {
    if (!this.ready) return [];
    const taken = [...this.uncommitted].flatMap((name) => this.durable.get(name) ?? []);
    this.uncommitted.clear();
    return taken;
  }

  /** The group could not be told. */
  giveBack(positions: readonly Position[]): void {
    for (const position of positions) this.uncommitted.add(nameOf(position));
  }

  fetched(topic: string, partition: number, next: number): void {
    if (!this.has(topic, partition)) return;
    const name = nameOf({ topic, partition });
    this.fetch.set(name, next);
    this.come.set(name, next);
  }

  /**
   * Nothing is there to deliver. Returns whether the range begins where this assignment has come to: one that was fetched
   * for a former assignment may lie ahead, behind records that are fetched again.
   */
  passed({ topic, partition, from, next }: EmptyRange): boolean {
    if (!this.ready || !this.has(topic, partition)) return false;
    const name = nameOf({ topic, partition });
    this.fetch.set(name, next);
    if (from === null || from > (this.come.get(name) ?? -1)) return false;
    this.come.set(name, next);
    return true;
  }

  /** The offset that is fetched next of each partition; none before it is ready. */
  fetchPositions(): readonly Position[] {
    return this.partitions.flatMap(({ topic, partition }) => {
      const next = this.fetch.get(nameOf({ topic, partition }));
      return next === undefined ? [] : [{ topic, partition, next }];
    });
  }

  byTopic(): { topic: string; partitions: number[] }[] {
    const topics = new Map<string, number[]>();
    for (const { topic, partition } of this.partitions) topics.set(topic, [...(topics.get(topic) ?? []), partition]);
    return [...topics].map(([topic, partitions]) => ({ topic, partitions }));
  }
}

export function nameOf({ topic, partition }: Partition): string {
  return `${topic}/${partition}`;
}

/** @throws Error that says what is missing when the partition does not hold the position. */
export function assertInTopic({ topic, partition, next }: Position, low: number, high: number): void {
  if (next >= low && next <= high) return;
  const found = `Partition ${partition} of ${topic} holds offsets ${low} to ${high}, the position to read from is ${next}`;
  throw new Error(
    next < low
      ? `${found}: events were deleted before they were projected. Restore them, or start the projector once with ` +
          '--new-generation to go on with what is left.'
      : `${found}: the topic was created anew. Start the projector once with --new-generation.`,
  );
}
