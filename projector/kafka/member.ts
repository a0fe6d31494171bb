/**
 * This process as a member of its consumer group: one kafkajs consumer at a time, replaced by a new one whenever it
 * crashes. kafkajs restarts by itself after some crashes and gives up after others (tulios/kafkajs #1366); here every
 * crash ends in a new consumer, which begins at the durable positions like any other.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer, ConsumerCrashEvent, EachBatchPayload, Kafka } from 'kafkajs';
import type { Log } from '../../runtime/log.js';
import type { Position } from '../ports/events.js';
import type { EmptyRange, Partition } from './assignment.js';

export interface MemberSettings {
  readonly group: string;
  readonly topics: readonly string[];
  readonly sessionTimeoutMs: number;
}

type Group = Pick<EachBatchPayload, 'heartbeat' | 'commitOffsetsIfNecessary'>;
type PartitionsByTopic = { topic: string; partitions: number[] }[];

/** Whom the member works for. Nothing of a consumer that was replaced is told. */
export interface Listener {
  /** At once when the group has decided, before anything is fetched. */
  assigned(partitions: readonly Partition[]): void;
  unassigned(): void;
  /** Returns within milliseconds: nothing is fetched meanwhile. */
  handOff(payload: EachBatchPayload): void;
  /** kafkajs found nothing to deliver there. */
  passed(range: EmptyRange): void;
  /** False: no new consumer is to be made. */
  crashed(error: Error): Promise<boolean>;
}

const REPLACE_DELAY_MS = 1_000;
/** A consumer that hangs is left behind after so long; its session ends by itself. */
const DISCONNECT_TIMEOUT_MS = 10_000;
/** kafkajs sleeps this long when all partitions are paused; a waiting fetch returns at once when an event comes. */
const FETCH_WAIT_MS = 250;
/** As stored in Kafka, which gives a batch that is larger all the same: what a topic takes is its `max.message.bytes`. */
const FETCH_BYTES_MAX = 10 * 1024 * 1024;
const PARTITION_BYTES_MAX = 2 * 1024 * 1024;

export class GroupMember {
  private consumer: Consumer | null = null;
  private group: Group | null = null;
  private work: Promise<void> = Promise.resolve();
  private heartbeats: NodeJS.Timeout | null = null;
  private readonly stopping = new AbortController();

  constructor(
    private readonly kafka: Kafka,
    private readonly settings: MemberSettings,
    private readonly listener: Listener,
    private readonly log: Log,
  ) {}

  /** @throws when the first consumer cannot be started. */
  start(): Promise<void> {
    // kafkajs itself sends signs of life from handlers and empty fetches only.
    const beat = () => void this.group?.heartbeat().catch(() => {});
    this.heartbeats = setInterval(beat, this.settings.sessionTimeoutMs / 10);
    this.work = this.join();
    return this.work;
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    if (this.heartbeats !== null) clearInterval(this.heartbeats);
    // A consumer that is taken down while it comes up fails, or comes up all the same.
    await this.work.catch(() => {});
    await this.leave(this.consumer);
    this.consumer = null;
  }

  /** Leaves with the present consumer and joins with a new one, however often it takes. */
  replace(): void {
    if (this.consumer === null || this.stopping.signal.aborted) return;
    const former = this.consumer;
    this.consumer = null;
    // The heartbeats of a consumer that could not leave would keep its partitions from everyone.
    this.group = null;
    this.listener.unassigned();
    this.work = this.work.catch(() => {}).then(() => this.joinAnew(former));
  }

  seek({ topic, partition, next }: Position): void {
    this.act((consumer) => consumer.seek({ topic, partition, offset: String(next) }));
  }

  pause(partitions: PartitionsByTopic): void {
    this.act((consumer) => consumer.pause(partitions));
  }

  resume(partitions: PartitionsByTopic): void {
    this.act((consumer) => consumer.resume(partitions));
  }

  /** Whether the group can be told of positions: kafkajs says how with the first batch. */
  get canCommit(): boolean {
    return this.group !== null;
  }

  /**
   * Under the present assignment or not at all: kafkajs would repeat a failed `commitOffsets` after a rebalance, and the
   * broker accepts it for partitions that have gone to others.
   */
  async commit(positions: readonly Position[]): Promise<void> {
    const topics = [...new Set(positions.map(({ topic }) => topic))].map((topic) => ({
      topic,
      partitions: positions
        .filter((position) => position.topic === topic)
        .map(({ partition, next }) => ({ partition, offset: String(next) })),
    }));
    await this.group?.commitOffsetsIfNecessary({ topics });
  }

  /** Between a crash and the news of it kafkajs refuses; whatever was meant is done anew for the next consumer. */
  private act(action: (consumer: Consumer) => void): void {
    if (this.consumer === null) return;
    try {
      action(this.consumer);
    } catch (error) {
      this.log.debug({ err: error }, 'the consumer is between two groups');
    }
  }

  private async joinAnew(former: Consumer): Promise<void> {
    await this.leave(former);
    for (let attempt = 1; !this.stopping.signal.aborted; attempt += 1) {
      await sleep(REPLACE_DELAY_MS, undefined, { signal: this.stopping.signal }).catch(() => {});
      if (this.stopping.signal.aborted) return;
      try {
        return await this.join();
      } catch (error) {
        this.log.error({ err: error, attempt }, 'the consumer could not be started, trying again');
      }
    }
  }

  private async join(): Promise<void> {
    const { group, topics, sessionTimeoutMs } = this.settings;
    const consumer = this.kafka.consumer({
      groupId: group,
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: sessionTimeoutMs,
      heartbeatInterval: Math.min(3_000, sessionTimeoutMs / 3),
      maxWaitTimeInMs: FETCH_WAIT_MS,
      maxBytes: FETCH_BYTES_MAX,
      maxBytesPerPartition: PARTITION_BYTES_MAX,
      metadataMaxAge: 60_000,
      retry: { retries: 8, restartOnFailure: async () => false },
    });
    this.consumer = consumer;
    this.listenTo(consumer);
    try {
      await consumer.connect();
      await consumer.subscribe({ topics: [...topics], fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: 8,
        eachBatch: async (payload) => {
          if (this.consumer !== consumer) return;
          this.group = payload;
          this.listener.handOff(payload);
        },
      });
    } catch (error) {
      if (this.consumer === consumer) this.consumer = null;
      await this.leave(consumer);
      throw error;
    }
  }

  private listenTo(consumer: Consumer): void {
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      if (this.consumer !== consumer) return;
      const partitions = Object.entries(payload.memberAssignment).flatMap(([topic, numbers]) =>
        numbers.map((partition) => ({ topic, partition })),
      );
      this.listener.assigned(partitions);
    });
    consumer.on(consumer.events.REBALANCING, () => {
      if (this.consumer === consumer) this.listener.unassigned();
    });
    consumer.on(consumer.events.START_BATCH_PROCESS, ({ payload }) => {
      if (this.consumer !== consumer || payload.batchSize > 0) return;
      const { topic, partition, lastOffset } = payload;
      // Null when all of it lies before what was asked for, whatever kafkajs declares.
      const from = payload.firstOffset === null ? null : Number(payload.firstOffset);
      this.listener.passed({ topic, partition, from, next: Number(lastOffset) + 1 });
    });
    consumer.on(consumer.events.CRASH, (event) => void this.crashed(consumer, event));
  }

  private async crashed(consumer: Consumer, { payload }: ConsumerCrashEvent): Promise<void> {
    if (this.consumer !== consumer || this.stopping.signal.aborted) return;
    this.log.error({ err: payload.error }, 'the consumer crashed');
    const goOn = await this.listener.crashed(payload.error);
    if (goOn && this.consumer === consumer) this.replace();
  }

  private async leave(consumer: Consumer | null): Promise<void> {
    const limit = new AbortController();
    await Promise.race([
      consumer?.disconnect().catch((error: unknown) => this.log.debug({ err: error }, 'the consumer did not leave')),
      sleep(DISCONNECT_TIMEOUT_MS, undefined, { signal: limit.signal }).catch(() => {}),
    ]);
    limit.abort();
  }
}
