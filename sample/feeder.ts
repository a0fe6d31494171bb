import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Admin,
  type Consumer,
  type EachBatchPayload,
  Kafka,
  logLevel,
  Partitioners,
  type Producer,
} from 'kafkajs';
import type { FeederConfig } from './config.js';
import type { Aggregate, CloudEvent, SampleEvent } from './events.js';
import { Random } from './random.js';
import { Registry } from './registry.js';
import { generateShop } from './shop.js';
import { Trickle } from './trickle.js';

const AGGREGATES: readonly Aggregate[] = ['customers', 'products', 'orders'];
const PARTITIONS = 3;
const BATCH_EVENTS_MAX = 5000;
const PROGRESS_EVERY_EVENTS = 25_000;
const TICK_MS = 200;
const TOPICS_KNOWN_MAX_MS = 30_000;
const RETRY_MS = 1000;
const HEADERS = { 'content-type': 'application/cloudevents+json' };

type Print = (line: string) => void;

/**
 * Feeds the topics: first the shop's history, unless they hold events already, then live events until `signal` is
 * aborted. Rejects when Kafka cannot be reached at the start; later it waits for Kafka to come back.
 */
export class Feeder {
  readonly #config: FeederConfig;
  readonly #print: Print;
  readonly #signal: AbortSignal;
  readonly #kafka: Kafka;
  readonly #registry = new Registry();

  constructor(config: FeederConfig, print: Print, signal: AbortSignal) {
    this.#config = config;
    this.#print = print;
    this.#signal = signal;
    this.#kafka = new Kafka({ clientId: 'sample-feeder', brokers: config.brokers, logLevel: logLevel.NOTHING });
  }

  async run(): Promise<void> {
    const admin = this.#kafka.admin();
    const producer = this.#kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    try {
      await Promise.all([admin.connect(), producer.connect()]).catch((cause: unknown) => {
        const brokers = this.#config.brokers.join(', ');
        throw new Error(`Kafka cannot be reached at ${brokers}: start it there, or set KAFKA_BROKERS.`, { cause });
      });
      await this.#createTopics(admin);
      const ends = await this.#endsOnceKnown(admin);
      if (ends.size === 0) await this.#publishHistory(producer);
      else this.#print("The topics already hold events, so the sample's history is not published again.");
      if (this.#config.historyOnly || this.#config.eventsPerSecond === 0 || this.#signal.aborted) return;
      if (ends.size > 0) await this.#learn(admin, ends);
      await this.#trickle(producer);
    } finally {
      await Promise.allSettled([producer.disconnect(), admin.disconnect()]);
    }
  }

  async #createTopics(admin: Admin): Promise<void> {
    for (const topic of Object.values(this.#config.topics)) {
      const configEntries = [
        { name: 'cleanup.policy', value: 'delete' },
        { name: 'retention.ms', value: '-1' },
      ];
      // False, and no harm, when somebody else has created it. kafkajs, asked to wait for the leaders, gives up at once
      // on a topic that the broker does not know yet; `#endsOnceKnown` is patient.
      const topics = [{ topic, numPartitions: PARTITIONS, configEntries }];
      const created = await admin.createTopics({ topics, waitForLeaders: false });
      if (created) this.#print(`Created the topic ${topic}.`);
    }
  }

  /** A topic that was created a moment ago is not known to its broker at once. */
  async #endsOnceKnown(admin: Admin): Promise<Map<string, bigint>> {
    const deadline = performance.now() + TOPICS_KNOWN_MAX_MS;
    for (;;) {
      try {
        return await this.#ends(admin);
      } catch (error) {
        const mayPass = error instanceof Error && 'retriable' in error && error.retriable === true;
        if (!mayPass || this.#signal.aborted || performance.now() > deadline) throw error;
        await this.#pause(TICK_MS);
      }
    }
  }

  /** The end offset of every partition that holds records, by `topic/partition`. */
  async #ends(admin: Admin): Promise<Map<string, bigint>> {
    const ends = new Map<string, bigint>();
    for (const topic of Object.values(this.#config.topics)) {
      for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
        if (BigInt(high) > BigInt(low)) ends.set(`${topic}/${partition}`, BigInt(high));
      }
    }
    return ends;
  }

  async #publishHistory(producer: Producer): Promise<void> {
    const { seed, orders } = this.#config;
    const started = performance.now();
    let published = 0;
    let batch: SampleEvent[] = [];
    const flush = async () => {
      await this.#send(producer, batch);
      const before = Math.floor(published / PROGRESS_EVERY_EVENTS);
      published += batch.length;
      batch = [];
      if (Math.floor(published / PROGRESS_EVERY_EVENTS) > before) this.#print(`Published ${published} sample events …`);
    };
    for (const sample of generateShop({ seed, orders, now: Date.now() })) {
      if (this.#signal.aborted) return;
      this.#registry.observe(sample.topic, sample.event);
      batch.push(sample);
      if (batch.length >= BATCH_EVENTS_MAX) await flush();
    }
    await flush();
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    this.#print(`Published the sample's history: ${published} events in ${seconds} s.`);
  }

  async #send(producer: Producer, batch: readonly SampleEvent[]): Promise<void> {
    const topicMessages = AGGREGATES.map((topic) => {
      const messages = batch
        .filter((sample) => sample.topic === topic)
        .map(({ key, event }) => {
          return { key, value: JSON.stringify(event), headers: HEADERS };
        });
      return { topic: this.#config.topics[topic], messages };
    }).filter(({ messages }) => messages.length > 0);
    if (topicMessages.length === 0) return;
    await producer.sendBatch({ acks: -1, topicMessages }).catch((error: unknown) => {
      if (!(error instanceof Error && 'type' in error && error.type === 'INVALID_TIMESTAMP')) throw error;
      const sentence =
        "Kafka refuses the sample's events: this machine's clock is far from the broker's. Set it right.";
      throw new Error(sentence, { cause: error });
    });
  }

  /** Reads what the topics hold, up to `ends`, so that the live events continue it with the right sequences. */
  async #learn(admin: Admin, ends: ReadonlyMap<string, bigint>): Promise<void> {
    const groupId = `sample-feeder-${process.pid}-${Date.now()}`;
    const consumer = this.#kafka.consumer({ groupId, maxWaitTimeInMs: 100 });
    try {
      await consumer.connect();
      await consumer.subscribe({ topics: Object.values(this.#config.topics), fromBeginning: true });
      await this.#readUntil(consumer, ends);
    } finally {
      await consumer.disconnect();
      await admin.deleteGroups([groupId]).catch(() => undefined);
    }
  }

  #readUntil(consumer: Consumer, ends: ReadonlyMap<string, bigint>): Promise<void> {
    const missing = new Map(ends);
    return new Promise((resolve, reject) => {
      this.#signal.addEventListener('abort', () => resolve(), { once: true });
      // What passes by itself, as a coordinator that is still loading, makes kafkajs start again.
      consumer.on(consumer.events.CRASH, ({ payload }) => {
        if (!payload.restart) reject(payload.error);
      });
      const eachBatch = async ({ batch }: EachBatchPayload) => {
        for (const { value } of batch.messages) this.#observe(batch.topic, value);
        const partition = `${batch.topic}/${batch.partition}`;
        const end = missing.get(partition);
        if (end !== undefined && BigInt(batch.lastOffset()) + 1n >= end) missing.delete(partition);
        if (missing.size === 0) resolve();
      };
      consumer.run({ autoCommit: false, eachBatch }).catch(reject);
    });
  }

  /** What is not an event of this shop teaches nothing: others may publish to the same topics, well or badly. */
  #observe(topic: string, value: Buffer | null): void {
    const aggregate = AGGREGATES.find((name) => this.#config.topics[name] === topic);
    if (aggregate === undefined || value === null) return;
    try {
      this.#registry.observe(aggregate, JSON.parse(value.toString()) as CloudEvent);
    } catch (error) {
      if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
    }
  }

  async #trickle(producer: Producer): Promise<void> {
    const { seed, eventsPerSecond } = this.#config;
    const trickle = new Trickle(new Random(`${seed} live ${Date.now()}`), this.#registry, Date.now);
    this.#print(`Publishing about ${eventsPerSecond} live events per second.`);
    let due = 0;
    while (!this.#signal.aborted) {
      due += (eventsPerSecond * TICK_MS) / 1000;
      const batch = Array.from({ length: Math.floor(due) }, () => trickle.next());
      due -= batch.length;
      await this.#sendUntilTaken(producer, batch);
      await this.#pause(TICK_MS);
    }
  }

  /** The same events are sent again until Kafka has taken them: a gap in the sequences would look like a loss. */
  async #sendUntilTaken(producer: Producer, batch: readonly SampleEvent[]): Promise<void> {
    while (!this.#signal.aborted) {
      try {
        await this.#send(producer, batch);
        return;
      } catch (error) {
        if (this.#signal.aborted) return;
        this.#print(`Kafka did not take the live events and is asked again: ${String(error)}`);
        await this.#pause(RETRY_MS);
      }
    }
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#signal }).catch(() => undefined);
  }
}
