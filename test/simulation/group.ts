/** The consumer group: who holds which partitions. Members learn of it later, and it fences off who has not yet. */
import type { Position } from '../../projector/ports/events.js';
import type { Coverage } from './coverage.js';
import type { Random } from './random.js';
import { nameOf, type Partition, type World } from './world.js';

export interface Member {
  readonly name: string;
  /** Told some time later, unless it is gone by then. */
  assignmentChanged(): void;
}

export interface Share {
  readonly generation: number;
  readonly partitions: readonly Partition[];
}

const NOTHING: Share = { generation: -1, partitions: [] };

export class Group {
  private generation = 0;
  private readonly shares = new Map<Member, Share>();
  private readonly committed = new Map<string, number>();

  constructor(
    private readonly world: World,
    private readonly random: Random,
    private readonly coverage: Coverage,
  ) {}

  /** From the next assignment on. */
  join(member: Member): void {
    this.shares.set(member, NOTHING);
  }

  leave(member: Member): void {
    if (this.shares.delete(member)) this.rebalance();
  }

  has(member: Member): boolean {
    return this.shares.has(member);
  }

  /** What the member holds now; nothing when it is not of the group. */
  shareOf(member: Member): Share {
    return this.shares.get(member) ?? NOTHING;
  }

  rebalance(): void {
    this.generation += 1;
    this.coverage.count('partitions were assigned anew');
    const members = [...this.shares.keys()];
    const dealt = new Map<Member, Partition[]>(members.map((member) => [member, []]));
    if (members.length === 0) return;
    for (const partition of this.world.partitions) dealt.get(this.random.pick(members))?.push(partition);
    for (const [member, partitions] of dealt) {
      this.shares.set(member, { generation: this.generation, partitions });
      member.assignmentChanged();
    }
  }

  /** As the broker does it: of the present generation only. What is accepted must be in order. */
  async commit(member: Member, generation: number, positions: readonly Position[]): Promise<void> {
    const share = this.shareOf(member);
    if (share.generation !== generation) {
      this.coverage.count('a group commit was fenced off');
      return;
    }
    for (const position of positions) {
      const name = nameOf(position);
      const before = this.committed.get(name) ?? 0;
      const isAssigned = share.partitions.some((partition) => nameOf(partition) === name);
      if (!isAssigned) this.world.violate(`${member.name} committed ${name}, which it does not hold.`);
      if (position.next < before) {
        this.world.violate(`The group's offset of ${name} went back from ${before} to ${position.next}.`);
      }
      if (position.next > this.world.positions.next(position)) {
        this.world.violate(`The group's offset of ${name} is ${position.next}, beyond what is durable.`);
      }
      this.committed.set(name, position.next);
    }
  }
}
