/**
 * The topics as a consumer of the generation's group. kafkajs fetches only while no handler runs, so a handler hands
 * its batch to a bounded queue and returns; when the queue is full the partitions are paused and the group is kept.
 */
import type { Admin, Consumer, ConsumerCrashEvent, EachBatchPayload, IHeaders, Kafka } from 'kafkajs';
import type { AggregateName } from '../../mappings/events/event.js';
import type { Log } from '../../runtime/log.js';
import type { EventSource, Position, PositionStore, SourceRecord } from '../ports.js';
import { Assignment } from './assignment.js';
import { RecordQueue } from './record-queue.js';

export interface KafkaSourceSettings {
  readonly group: string;
  readonly topics: ReadonlyMap<string, AggregateName>;
  readonly sessionTimeoutMs: number;
  readonly queueRecordsMax: number;
  readonly commitIntervalMs: number;
}

const RESTART_DELAY_MS = 1_000;
/** kafkajs sleeps this long when all partitions are paused; a waiting fetch returns at once when an event comes. */
const FETCH_WAIT_MS = 250;

export class KafkaSource implements EventSource {
  private readonly queue = new RecordQueue();
  private assignment = Assignment.none();
  private consumer: Consumer | null = null;
  private connecting: Promise<void> = Promise.resolve();
  private heartbeat: (() => Promise<void>) | null = null;
  private paused = false;
  private stopping = false;
  private ended: () => void = () => {};
  private failed: (error: Error) => void = () => {};
  private timers: NodeJS.Timeout[] = [];

  constructor(
    private readonly kafka: Kafka,
    private readonly admin: Admin,
    private readonly positions: PositionStore,
    private readonly settings: KafkaSourceSettings,
    private readonly log: Log,
  ) {}

  async run(): Promise<void> {
    const end = new Promise<void>((resolve, reject) => {
      this.ended = resolve;
      this.failed = reject;
    });
    const { commitIntervalMs, sessionTimeoutMs } = this.settings;
    this.timers = [
      setInterval(() => void this.commitNow(), commitIntervalMs),
      // kafkajs itself sends signs of life from handlers and empty fetches only.
      setInterval(() => void this.heartbeat?.().catch(() => {}), sessionTimeoutMs / 10),
    ];
    this.connecting = this.connect();
    await this.connecting;
    await end;
  }

  /** Whether this process is a member of its group; its share of the partitions may be none. */
  get joined(): boolean {
    return this.assignment.ready;
  }

  async poll(limit: number, waitMs: number): Promise<readonly SourceRecord[]> {
    const records = await this.queue.take(limit, waitMs);
    if (this.paused && this.queue.size < this.settings.queueRecordsMax / 2) this.resume();
    return records;
  }

  async commit(positions: readonly Position[]): Promise<void> {
    this.assignment.advance(positions);
  }

  async stop(): Promise<void> {
    if (this.stopping) return;
    this.stopping = true;
    for (const timer of this.timers) clearInterval(timer);
    this.queue.wake();
    // A consumer that is taken down while it comes up fails, or comes up all the same.
    await this.connecting.catch(() => {});
    await this.commitNow();
    await this.consumer?.disconnect();
    this.ended();
  }

  private async connect(): Promise<void> {
    const { group, topics, sessionTimeoutMs } = this.settings;
    const consumer = this.kafka.consumer({
      groupId: group,
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: sessionTimeoutMs,
      heartbeatInterval: 3_000,
      maxWaitTimeInMs: FETCH_WAIT_MS,
      maxBytesPerPartition: 2 * 1024 * 1024,
      metadataMaxAge: 60_000,
      retry: { retries: 8 },
    });
    this.consumer = consumer;
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => this.assigned(payload.memberAssignment));
    consumer.on(consumer.events.REBALANCING, () => this.unassigned());
    consumer.on(consumer.events.CRASH, (event) => void this.crashed(consumer, event));
    await consumer.connect();
    await consumer.subscribe({ topics: [...topics.keys()], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: 8,
      eachBatch: (payload) => this.handOff(payload),
    });
  }

  private assigned(topics: Readonly<Record<string, readonly number[]>>): void {
    this.queue.clear();
    this.paused = false;
    const partitions = Object.entries(topics).flatMap(([topic, numbers]) =>
      numbers.map((partition) => ({ topic, partition })),
    );
    this.log.info({ partitions: partitions.length }, 'partitions assigned');
    const assignment = new Assignment(partitions);
    this.assignment = assignment;
    // kafkajs keeps partitions paused across rebalances, and the queue that they were paused for is empty now.
    this.consumer?.resume(assignment.byTopic());
    assignment
      .seek(this.admin, this.positions, (position) => {
        if (this.assignment !== assignment) return;
        this.consumer?.seek({ topic: position.topic, partition: position.partition, offset: String(position.next) });
      })
      .catch((error: unknown) => this.failed(error instanceof Error ? error : new Error(String(error))));
  }

  private unassigned(): void {
    this.assignment = Assignment.none();
    this.queue.clear();
  }

  private async handOff({ batch, resolveOffset, heartbeat, isStale }: EachBatchPayload): Promise<void> {
    this.heartbeat = heartbeat;
    const { assignment } = this;
    if (!assignment.ready) {
      // Fetched from wherever the group was: it is fetched again from the durable position.
      await assignment.readiness;
      return;
    }
    const { topic, partition } = batch;
    const aggregate = this.settings.topics.get(topic);
    if (isStale() || !assignment.has(topic, partition) || aggregate === undefined) return;
    const records = batch.messages.map(
      ({ key, value, headers, offset, timestamp }): SourceRecord => ({
        aggregate,
        topic,
        partition,
        offset: Number(offset),
        timestamp: Number(timestamp),
        key,
        value,
        headers: headersOf(headers),
      }),
    );
    this.queue.put(records);
    resolveOffset(batch.lastOffset());
    if (this.queue.size >= this.settings.queueRecordsMax) this.pause();
  }

  private pause(): void {
    if (this.paused) return;
    this.paused = true;
    this.consumer?.pause(this.assignment.byTopic());
  }

  private resume(): void {
    this.paused = false;
    this.consumer?.resume(this.assignment.byTopic());
  }

  /** The truth is in the position store; Kafka's offsets follow for those who watch the group's lag. */
  private async commitNow(): Promise<void> {
    const offsets = this.assignment.takeUncommitted();
    if (offsets.length === 0 || this.consumer === null) return;
    try {
      await this.consumer.commitOffsets(
        offsets.map(({ topic, partition, next }) => ({ topic, partition, offset: String(next) })),
      );
    } catch (error) {
      this.log.warn({ err: error }, 'the group offsets were not committed; the durable positions are not affected');
    }
  }

  /** kafkajs restarts by itself after what it deems passing; after the rest this does, with a new consumer. */
  private async crashed(consumer: Consumer, { payload }: ConsumerCrashEvent): Promise<void> {
    if (payload.restart || this.stopping || this.consumer !== consumer) return;
    this.log.error({ err: payload.error }, 'the consumer crashed, starting another');
    this.unassigned();
    this.consumer = null;
    await consumer.disconnect().catch(() => {});
    for (let attempt = 0; !this.stopping; attempt += 1) {
      await new Promise((resolve) => setTimeout(resolve, RESTART_DELAY_MS));
      try {
        this.connecting = this.connect();
        return await this.connecting;
      } catch (error) {
        this.log.error({ err: error, attempt }, 'the consumer could not be started');
      }
    }
  }
}

function headersOf(headers: IHeaders | undefined): SourceRecord['headers'] {
  return headers ?? {};
}
