import type { Admin, Message, Producer } from 'kafkajs';
import type { Log } from '../../runtime/log.js';
import { messageOf } from '../../runtime/retrying.js';
import { type Change, encodeChange } from '../../runtime/storage/changes.js';
import type { ChangeFeed } from '../ports/changes.js';
import { Unavailable } from '../ports/errors.js';
import { BROKER_TIME, keepBrokerTime, NO_TIMESTAMP } from './broker-time.js';
import { logRanges } from './log-range.js';
import { isPassing } from './passing.js';

export interface ChangesTopicSettings {
  readonly partitions: number;
  readonly replicas: number;
  /** How long a subscriber may have been away and still go on where it was. */
  readonly retentionMs: number;
}

/** A broker refuses batches beyond a megabyte, unless told otherwise; one record is smaller by far. */
const REQUEST_BYTES_MAX = 256 * 1024;
/** The broker forgets whole segments only: the newest is closed so often that little is kept beyond its time. */
const SEGMENTS_PER_RETENTION = 4;
const SEGMENT_MS_MIN = 60_000;

/** Changes as records of the topic, one for each document and keyed by it. */
export class KafkaChangeFeed implements ChangeFeed {
  constructor(
    private readonly producer: Producer,
    private readonly topic: string,
  ) {}

  /** Creates the topic unless it is there. What it keeps is then its operator's affair; whose time it tells is not. @throws Unavailable */
  async prepare(admin: Admin, settings: ChangesTopicSettings, log: Log): Promise<void> {
    try {
      await this.create(admin, settings);
      await keepBrokerTime(admin, [this.topic], log);
    } catch (error) {
      if (!isPassing(error)) throw error;
      throw new Unavailable(`Kafka could not prepare ${this.topic}: ${messageOf(error)}`, { cause: error });
    }
  }

  private async create(admin: Admin, { partitions, replicas, retentionMs }: ChangesTopicSettings): Promise<void> {
    const { topic } = this;
    if (!(await admin.listTopics()).includes(topic)) {
      const segmentMs = Math.max(SEGMENT_MS_MIN, Math.floor(retentionMs / SEGMENTS_PER_RETENTION));
      const configEntries = [
        { name: 'cleanup.policy', value: 'delete' },
        { name: 'retention.ms', value: String(retentionMs) },
        { name: 'segment.ms', value: String(segmentMs) },
        BROKER_TIME,
      ];
      await admin.createTopics({
        topics: [{ topic, numPartitions: partitions, replicationFactor: replicas, configEntries }],
        waitForLeaders: false,
      });
    }
    // One that another process has just created is waited for as well.
    await logRanges(admin, topic);
  }

  async announce(changes: readonly Change[]): Promise<void> {
    for (const messages of piecesOf(changes)) {
      await this.producer.send({ topic: this.topic, acks: -1, messages }).catch((error: unknown) => {
        throw new Unavailable(`Kafka did not take the announcement of changed documents: ${messageOf(error)}`, {
          cause: error,
        });
      });
    }
  }
}

/** For subscribers there are none: nothing is announced. */
export const noChangeFeed: ChangeFeed = { announce: async () => {} };

function* piecesOf(changes: readonly Change[]): Generator<Message[]> {
  let messages: Message[] = [];
  let bytes = 0;
  for (const change of changes) {
    const { key, value } = encodeChange(change);
    const size = Buffer.byteLength(key) + Buffer.byteLength(value);
    if (bytes + size > REQUEST_BYTES_MAX && messages.length > 0) {
      yield messages;
      messages = [];
      bytes = 0;
    }
    messages.push({ key, value, timestamp: NO_TIMESTAMP });
    bytes += size;
  }
  if (messages.length > 0) yield messages;
}
