import type { Admin } from 'kafkajs';
import type { Position, PositionStore } from '../ports.js';
import { logRanges } from './log-range.js';

interface Partition {
  readonly topic: string;
  readonly partition: number;
}

/** One assignment of partitions to this member: where each begins, and how far each is. A new one begins anew. */
export class Assignment {
  ready = false;
  readonly readiness: Promise<void>;
  private readonly next = new Map<string, Position>();
  private readonly uncommitted = new Set<string>();
  private becameReady: () => void = () => {};

  constructor(private readonly partitions: readonly Partition[]) {
    this.readiness = new Promise((resolve) => {
      this.becameReady = resolve;
    });
  }

  /** Between assignments: never ready, and nobody waits for it; what is handed over meanwhile is fetched again. */
  static none(): Assignment {
    const none = new Assignment([]);
    none.becameReady();
    return none;
  }

  /**
   * Seeks every partition to its durable position, or to the beginning when there is none: what the group has
   * committed is not asked, since the store may have been restored to an earlier moment.
   * @throws Error when a position is no longer, or not yet, in the topic: history is missing.
   */
  async seek(admin: Admin, positions: PositionStore, seekTo: (position: Position) => void): Promise<void> {
    const durable = new Map((await positions.read()).map((position) => [nameOf(position), position.next]));
    for (const topic of new Set(this.partitions.map((partition) => partition.topic))) {
      for (const { partition, low, high } of await logRanges(admin, topic)) {
        if (!this.has(topic, partition)) continue;
        const next = durable.get(nameOf({ topic, partition })) ?? low;
        assertInTopic({ topic, partition, next }, low, high);
        seekTo({ topic, partition, next });
      }
    }
    this.ready = true;
    this.becameReady();
  }

  has(topic: string, partition: number): boolean {
    return this.partitions.some((assigned) => assigned.topic === topic && assigned.partition === partition);
  }

  advance(positions: readonly Position[]): void {
    for (const position of positions) {
      const name = nameOf(position);
      if (!this.has(position.topic, position.partition)) continue;
      if ((this.next.get(name)?.next ?? -1) >= position.next) continue;
      this.next.set(name, position);
      this.uncommitted.add(name);
    }
  }

  takeUncommitted(): Position[] {
    const taken = [...this.uncommitted].flatMap((name) => this.next.get(name) ?? []);
    this.uncommitted.clear();
    return taken;
  }

  byTopic(): { topic: string; partitions: number[] }[] {
    const topics = new Map<string, number[]>();
    for (const { topic, partition } of this.partitions) topics.set(topic, [...(topics.get(topic) ?? []), partition]);
    return [...topics].map(([topic, partitions]) => ({ topic, partitions }));
  }
}

function nameOf({ topic, partition }: Partition): string {
  return `${topic}/${partition}`;
}

function assertInTopic({ topic, partition, next }: Position, low: number, high: number): void {
  if (next >= low && next <= high) return;
  const found = `Partition ${partition} of ${topic} holds offsets ${low} to ${high}, the durable position is ${next}`;
  throw new Error(
    next < low
      ? `${found}: events were deleted before they were projected. Restore them, or start the projector once with ` +
          '--new-generation to go on with what is left.'
      : `${found}: the topic was created anew. Start the projector once with --new-generation.`,
  );
}
