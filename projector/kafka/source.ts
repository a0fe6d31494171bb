/**
 * The topics as a member of the generation's group. kafkajs fetches only while no handler runs, so a handler hands its
 * batch to a bounded queue and returns; when the queue is full the partitions are paused and the group is kept.
 */
import type { Admin, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';
import type { AggregateName } from '../../mappings/events/event.js';
import type { Log } from '../../runtime/log.js';
import { Unavailable } from '../ports/errors.js';
import type { EventSource, LogRange, Position, PositionStore, SourceRecord } from '../ports/events.js';
import type { ConsumerAlarms } from './alarms.js';
import { Assignment, assertInTopic, nameOf, type Partition } from './assignment.js';
import { atLast } from './durable-positions.js';
import { outOfRange } from './kafkajs/offset-out-of-range.js';
import { logRanges } from './log-range.js';
import { GroupMember, type Listener } from './member.js';
import { RecordQueue } from './record-queue.js';
import { StuckPositions } from './stuck-positions.js';

export interface KafkaSourceSettings {
  readonly group: string;
  readonly topics: ReadonlyMap<string, AggregateName>;
  readonly sessionTimeoutMs: number;
  readonly queueRecordsMax: number;
  readonly queueBytesMax: number;
  /** Given out at a time; a record that is larger comes alone. */
  readonly pollBytesMax: number;
  readonly commitIntervalMs: number;
  readonly watchdogStuckMs: number;
}

export class KafkaSource implements EventSource {
  private readonly queue = new RecordQueue();
  private readonly member: GroupMember;
  private readonly watchdog: StuckPositions;
  private assignment = Assignment.none();
  private committing: Promise<void> | null = null;
  /** By partition; what was put into the queue lies before. */
  private readonly passed = new Map<string, Position>();
  private paused = false;
  private stopping = false;
  private ended: () => void = () => {};
  private failed: (error: unknown) => void = () => {};
  private timers: NodeJS.Timeout[] = [];

  constructor(
    kafka: Kafka,
    private readonly admin: Admin,
    private readonly positions: PositionStore,
    private readonly settings: KafkaSourceSettings,
    private readonly alarms: ConsumerAlarms,
    private readonly log: Log,
  ) {
    const { group, topics, sessionTimeoutMs, watchdogStuckMs } = settings;
    const member = { group, topics: [...topics.keys()], sessionTimeoutMs };
    this.member = new GroupMember(kafka, member, this.listener(), log);
    this.watchdog = new StuckPositions(kafka, admin, this.member, watchdogStuckMs, alarms, log);
  }

  async run(): Promise<void> {
    const end = new Promise<void>((resolve, reject) => {
      this.ended = resolve;
      this.failed = reject;
    });
    this.timers = [
      setInterval(() => void this.commitNow(), this.settings.commitIntervalMs),
      setInterval(() => void this.watchdog.look(this.assignment, this.paused), this.watchdog.intervalMs),
    ];
    await Promise.race([this.member.start().then(() => end), end]);
  }

  /** Whether this process is a member of its group; its share of the partitions may be none. */
  get joined(): boolean {
    return this.assignment.ready;
  }

  /** Records that were fetched and not yet polled. */
  get queued(): number {
    return this.queue.size;
  }

  async poll(limit: number, waitMs: number): Promise<readonly SourceRecord[]> {
    const { pollBytesMax, queueRecordsMax, queueBytesMax } = this.settings;
    const records = await this.queue.take({ records: limit, bytes: pollBytesMax }, waitMs);
    if (this.paused && this.queue.size < queueRecordsMax / 2 && this.queue.bytes < queueBytesMax / 2) {
      this.paused = false;
      this.member.resume(this.assignment.byTopic());
    }
    return records;
  }

  takePassed(): readonly Position[] {
    if (this.queue.size > 0) return [];
    const passed = [...this.passed.values()];
    this.passed.clear();
    return passed;
  }

  async commit(positions: readonly Position[]): Promise<void> {
    this.assignment.advance(positions);
  }

  async stop(): Promise<void> {
    if (this.stopping) return;
    this.stopping = true;
    for (const timer of this.timers) clearInterval(timer);
    this.queue.wake();
    await this.committing;
    await this.commitNow();
    this.assignment.end();
    await this.member.stop();
    this.ended();
  }

  private listener(): Listener {
    return {
      assigned: (partitions) => this.assigned(partitions),
      unassigned: () => this.assign(Assignment.none()),
      handOff: (payload) => this.handOff(payload),
      passed: ({ from, ...position }) => {
        if (this.assignment.passed({ from, ...position })) this.pass(position);
      },
      crashed: (error) => this.crashed(error),
    };
  }

  private assign(assignment: Assignment): void {
    this.assignment.end();
    this.assignment = assignment;
    // What was not yet polled is fetched again, by its present owner.
    this.queue.clear();
    this.passed.clear();
    this.paused = false;
    this.watchdog.reset();
  }

  private assigned(partitions: readonly Partition[]): void {
    this.log.info({ partitions: partitions.length }, 'partitions assigned');
    const assignment = new Assignment(partitions);
    this.assign(assignment);
    // Until it is known where to begin nothing is fetched, and the member keeps its place in the group.
    this.member.pause(assignment.byTopic());
    this.begin(assignment).catch((error: unknown) => {
      if (!assignment.signal.aborted) this.failed(error);
    });
  }

  private async begin(assignment: Assignment): Promise<void> {
    const known = await atLast(() => this.whereToBegin(assignment), assignment.signal, this.log);
    if (assignment.signal.aborted) return;
    for (const start of assignment.begin(known.durable, known.ranges)) this.member.seek(start);
    this.member.resume(assignment.byTopic());
  }

  private async whereToBegin(assignment: Assignment) {
    const durable = await this.positions.read();
    const ranges = new Map<string, readonly LogRange[]>();
    for (const { topic, partitions } of assignment.byTopic()) {
      const inTopic = await logRanges(this.admin, topic);
      const absent = partitions.find((partition) => !inTopic.some((range) => range.partition === partition));
      if (absent !== undefined) throw new Unavailable(`the broker does not know partition ${absent} of ${topic} yet.`);
      ranges.set(topic, inTopic);
    }
    return { durable, ranges };
  }

  private handOff({ batch, resolveOffset, isStale }: EachBatchPayload): void {
    const { topic, partition } = batch;
    const { assignment } = this;
    const aggregate = this.settings.topics.get(topic);
    // Fetched before a rebalance: it is fetched again from the durable position.
    if (!assignment.ready || isStale() || !assignment.has(topic, partition) || aggregate === undefined) return;
    const last = batch.lastOffset();
    try {
      resolveOffset(last);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      // kafkajs learns of a new assignment a moment earlier, and no longer knows this partition.
      return;
    }
    const records = recordsOf(batch, aggregate);
    this.queue.put(records);
    const next = Number(last) + 1;
    assignment.fetched(topic, partition, next);
    // What lay before these records is theirs to pass.
    this.passed.delete(nameOf({ topic, partition }));
    if (records.at(-1)?.offset !== next - 1) this.pass({ topic, partition, next });
    const { queueRecordsMax, queueBytesMax } = this.settings;
    if (this.paused || (this.queue.size < queueRecordsMax && this.queue.bytes < queueBytesMax)) return;
    this.paused = true;
    this.member.pause(assignment.byTopic());
  }

  /** Whoever polls, and finds nothing before it, makes it durable. */
  private pass(position: Position): void {
    this.passed.set(nameOf(position), position);
    this.queue.wake();
  }

  /** The truth is in the position store; Kafka's offsets follow for those who watch the group's lag. One at a time. */
  private async commitNow(): Promise<void> {
    if (this.committing !== null || !this.member.canCommit) return;
    const { assignment } = this;
    const positions = assignment.takeUncommitted();
    if (positions.length === 0) return;
    this.committing = this.member
      .commit(positions)
      .catch((error: unknown) => {
        assignment.giveBack(positions);
        this.log.warn({ err: error }, 'the group offsets were not committed; the durable positions are not affected');
      })
      .finally(() => {
        this.committing = null;
      });
    await this.committing;
  }

  /** History that is missing is never skipped: the source ends, unless the broker has it after all. */
  private async crashed(error: Error): Promise<boolean> {
    this.alarms.raised('crashed');
    const lost = outOfRange(error);
    const position = this.assignment
      .fetchPositions()
      .find(({ topic, partition }) => topic === lost?.topic && partition === lost.partition);
    if (position === undefined) return true;
    const { signal } = this.assignment;
    try {
      const ranges = await atLast(() => logRanges(this.admin, position.topic), signal, this.log);
      const range = ranges.find(({ partition }) => partition === position.partition);
      if (range !== undefined) assertInTopic(position, range.low, range.high);
      return true;
    } catch (missing) {
      if (signal.aborted) return true;
      this.failed(missing);
      return false;
    }
  }
}

function recordsOf({ topic, partition, messages }: EachBatchPayload['batch'], aggregate: AggregateName) {
  return messages.map(
    ({
      key,
      value,
      headers,
      offset,
      timestamp,
      unread,
    }: KafkaMessage & Pick<SourceRecord, 'unread'>): SourceRecord => ({
      aggregate,
      topic,
      partition,
      offset: Number(offset),
      timestamp: Number(timestamp),
      key,
      value,
      headers: headers ?? {},
      ...(unread === undefined ? {} : { unread }),
    }),
  );
}
