/** The log as one member of the group gets it: from its durable positions on, as long as it believes it holds them. */
import { Assignment } from '../../projector/kafka/assignment.js';
import { Unavailable } from '../../projector/ports/errors.js';
import type { EventSource, Position, PositionStore, SourceRecord } from '../../projector/ports/events.js';
import type { Group, Member } from './group.js';
import type { Random } from './random.js';
import type { Schedule, Sender } from './schedule.js';
import type { World } from './world.js';

export interface Holder extends Sender, Member {
  /** Asked to end in order. */
  readonly isStopping: boolean;
}

export class SimulatedSource implements EventSource {
  /** The generation of the group in which it learned what it holds. */
  generation = -1;
  private assignment = Assignment.none();
  private starts: readonly Position[] = [];
  private committed: Promise<void> = Promise.resolve();
  private ended: () => void = () => {};

  constructor(
    private readonly holder: Holder,
    private readonly world: World,
    private readonly group: Group,
    private readonly schedule: Schedule,
    private readonly random: Random,
    private readonly positions: PositionStore,
  ) {}

  run(): Promise<void> {
    return new Promise((resolve) => {
      this.ended = resolve;
    });
  }

  async stop(): Promise<void> {
    await this.commitNow();
    this.ended();
  }

  async poll(limit: number): Promise<readonly SourceRecord[]> {
    await this.schedule.wait(this.holder, 'poll', () => this.holder.isStopping || this.waiting().length > 0);
    const records: SourceRecord[] = [];
    for (let waiting = this.waiting(); waiting.length > 0 && records.length < limit; waiting = this.waiting()) {
      const position = this.random.pick(waiting);
      const count = this.random.between(1, limit - records.length);
      const taken = this.world.entries(position).slice(position.next, position.next + count);
      for (const { record } of taken) records.push(record);
      this.assignment.fetched(position.topic, position.partition, position.next + taken.length);
    }
    return records;
  }

  /** Every entry of the log is a record to deliver. */
  takePassed(): readonly Position[] {
    return [];
  }

  async commit(positions: readonly Position[]): Promise<void> {
    this.assignment.advance(positions);
  }

  /** What a timer does now and then: one commit after the other, on one connection. */
  commitNow(): Promise<void> {
    this.committed = this.committed.then(() => this.commitUncommitted());
    return this.committed;
  }

  private async commitUncommitted(): Promise<void> {
    const { generation, assignment } = this;
    const positions = assignment.takeUncommitted();
    if (positions.length === 0) return;
    for (const { topic, partition, next } of positions) {
      const start = this.starts.find((one) => one.topic === topic && one.partition === partition)?.next ?? 0;
      if (next < start) {
        this.world.violate(`${this.holder.name} began ${topic}/${partition} at ${start} and commits ${next}.`);
      }
    }
    try {
      await this.schedule.call(this.holder, 'commit to the group', false, () =>
        this.group.commit(this.holder, generation, positions),
      );
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      assignment.giveBack(positions);
    }
  }

  /** Some time after the group has decided. */
  async learn(): Promise<void> {
    const { generation, partitions } = this.group.shareOf(this.holder);
    if (generation === this.generation) return;
    this.generation = generation;
    this.assignment.end();
    const assignment = new Assignment(partitions);
    this.assignment = assignment;
    const durable = await this.durable();
    if (!assignment.signal.aborted) this.starts = assignment.begin(durable, this.world.logRanges());
  }

  private async durable(): Promise<readonly Position[]> {
    for (;;) {
      try {
        return await this.positions.read();
      } catch (error) {
        if (!(error instanceof Unavailable)) throw error;
        await this.schedule.wait(this.holder, 'read positions again');
      }
    }
  }

  /** The positions beyond which there is more. */
  private waiting(): readonly Position[] {
    if (!this.assignment.ready) return [];
    return this.assignment.fetchPositions().filter((position) => position.next < this.world.entries(position).length);
  }
}
