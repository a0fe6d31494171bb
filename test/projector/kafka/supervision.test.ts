/** Consumers that crash or stand still, and stores that are away: nothing is skipped, and it goes on by itself. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ConsumerAlarm } from '../../../projector/kafka/alarms.js';
import { endOfEmptyRange } from '../../../projector/kafka/empty-range.js';
import { Unavailable } from '../../../projector/ports/errors.js';
import type { Position, PositionStore } from '../../../projector/ports/events.js';
import { MemoryPositionStore } from '../../memory/stores.js';
import { until } from '../../until.js';
import { pollAll } from './event-source.suite.js';
import { type Fault, plantInFetch } from './faults.js';
import { type Ground, openGround } from './ground.js';

const KEYS = Array.from({ length: 60 }, (_, i) => `key-${i}`);
let ground: Ground;
let fault: Fault | null = null;

beforeAll(async () => {
  ground = await openGround('kafka-supervision');
});

afterEach(() => {
  fault?.remove();
  fault = null;
});

afterAll(() => ground.remove());

async function topicWith(count: number, partitions: number): Promise<string> {
  const topic = await ground.newTopic(partitions);
  await send(topic, count);
  return topic;
}

async function send(topic: string, count: number): Promise<void> {
  await ground.producer.send({ topic, messages: KEYS.slice(0, count).map((key) => ({ key, value: key })) });
}

describe('a consumer that crashes', () => {
  // kafkajs repeats nothing after a TypeError; what is marked as retriable it would answer by a restart of its own.
  it.each([
    ['for good, as after a rebalance', () => new TypeError("Cannot read properties of undefined (reading '0')")],
    ['with what kafkajs restarts after', () => Object.assign(new TypeError('planted'), { retriable: true })],
  ])('%s, is followed by another, and everything is delivered', async (_, error) => {
    const topic = await topicWith(60, 3);
    const alarms: ConsumerAlarm[] = [];
    const source = ground.sourceOf(topic, { alarms });
    const broken = new Set<object>();
    // The first consumer fails for ever after its first records, every other one is whole.
    fault = plantInFetch(topic, async (fetch, group) => {
      if (broken.has(group)) throw error();
      const fetched = await fetch();
      if (broken.size === 0 && fetched.length > 0) broken.add(group);
      return fetched;
    });
    const running = source.run();
    const reading = pollAll(source, 90, 50);
    await until('the crash', async () => alarms.includes('crashed'));
    await send(topic, 30);
    expect(await reading).toHaveLength(90);
    expect(alarms).toEqual(['crashed']);
    await source.stop();
    await running;
  });

  it('takes nobody down who polls or commits meanwhile, and can be stopped', async () => {
    const topic = await topicWith(60, 1);
    const alarms: ConsumerAlarm[] = [];
    const source = ground.sourceOf(topic, { alarms, queueRecordsMax: 10 });
    const running = source.run();
    await until('the queue to be full', async () => (await source.poll(1, 50)).length === 1);
    fault = plantInFetch(topic, async () => {
      throw new TypeError('planted');
    });
    await until('three crashes', async () => {
      await source.poll(5, 1);
      await source.commit([{ topic, partition: 0, next: 1 }]);
      return alarms.length >= 3;
    });
    await source.stop();
    await running;
  });
});

describe('history that is missing', () => {
  it('ends the source with a sentence when it is deleted before it was read, and nothing is skipped', async () => {
    const topic = await topicWith(30, 1);
    const source = ground.sourceOf(topic, { queueRecordsMax: 10 });
    const running = source.run();
    const refusal = expect(running).rejects.toThrow(
      /^Partition 0 of .* holds offsets 45 to 50, the position to read from is 30: events were deleted before they were/,
    );
    await until('the queue to be full', async () => (await source.poll(1, 50)).length === 1);
    await send(topic, 20);
    await ground.admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '45' }] });
    const read: number[] = [];
    let ended = false;
    void running.catch(() => {
      ended = true;
    });
    await until('the end', async () => {
      for (const { offset } of await source.poll(100, 50)) read.push(offset);
      return ended;
    });
    await refusal;
    expect(Math.max(...read)).toBeLessThan(30);
    await source.stop();
  });
});

describe('a position store that is away', () => {
  class AwayAtFirst implements PositionStore {
    asked = 0;
    private readonly store = new MemoryPositionStore();

    constructor(private readonly failures: number) {}

    async read(): Promise<readonly Position[]> {
      this.asked += 1;
      if (this.asked <= this.failures) throw new Unavailable('MongoDB could not read positions: planted');
      return this.store.read();
    }

    write(positions: readonly Position[]): Promise<void> {
      return this.store.write(positions);
    }
  }

  it('is asked again until it answers, and reading begins where it says', async () => {
    const topic = await topicWith(20, 1);
    const positions = new AwayAtFirst(3);
    await positions.write([{ topic, partition: 0, next: 5 }]);
    const source = ground.sourceOf(topic, { positions });
    const running = source.run();
    const records = await pollAll(source, 15, 100);
    expect(records.map(({ offset }) => offset)).toEqual(Array.from({ length: 15 }, (_, i) => i + 5));
    expect(positions.asked).toBe(4);
    await source.stop();
    await running;
  });

  it('does not cost the place in the group: others join and leave while this one waits', async () => {
    const topic = await topicWith(20, 2);
    const positions = new AwayAtFirst(Number.POSITIVE_INFINITY);
    const waiting = ground.sourceOf(topic, { positions });
    const runs = [waiting.run()];
    await until('the first question', async () => positions.asked > 0);
    const other = ground.sourceOf(topic);
    runs.push(other.run());
    // The broker decides only when the one that waits has answered it, too.
    await until('the other to have its share', async () => other.joined);
    const { groups } = await ground.admin.describeGroups([`${topic}.g1`]);
    expect(groups[0]?.members).toHaveLength(2);
    expect(waiting.joined).toBe(false);
    await waiting.stop();
    expect(await pollAll(other, 20, 100)).toHaveLength(20);
    await other.stop();
    await Promise.all(runs);
  });
});

describe('a consumer that stands still', () => {
  it('is replaced with an alarm, and everything is delivered', async () => {
    const topic = await topicWith(40, 2);
    const alarms: ConsumerAlarm[] = [];
    const source = ground.sourceOf(topic, { alarms, watchdogStuckMs: 1000 });
    const deaf = new Set<object>();
    fault = plantInFetch(topic, async (fetch, group) => {
      if (deaf.size === 0) deaf.add(group);
      const fetched = await fetch();
      return deaf.has(group) ? [] : fetched;
    });
    const running = source.run();
    expect(await pollAll(source, 40, 100)).toHaveLength(40);
    expect(alarms).toEqual(['stuck']);
    await source.stop();
    await running;
  });

  it('is moved past a range that the broker shows to be empty, and no further', async () => {
    const topic = await ground.newTopic(1);
    await send(topic, 3);
    const producer = await ground.newProducer({ transactionalId: topic, idempotent: true, maxInFlightRequests: 1 });
    const aborted = await producer.transaction();
    for (let i = 0; i < 4; i += 1) await aborted.send({ topic, messages: [{ key: 'x', value: 'aborted' }] });
    await aborted.abort();
    // Offsets 3 to 6 are aborted, 7 is the marker. kafkajs is made to stumble over them.
    const alarms: ConsumerAlarm[] = [];
    fault = plantInFetch(topic, async (fetch) => {
      const fetched = (await fetch()) as { fetchedOffset: string }[];
      return fetched.filter(({ fetchedOffset }) => Number(fetchedOffset) < 3 || Number(fetchedOffset) > 7);
    });
    const positions = new MemoryPositionStore();
    await positions.write([{ topic, partition: 0, next: 3 }]);
    const stuck = ground.sourceOf(topic, { alarms, positions, watchdogStuckMs: 1000 });
    const running = stuck.run();
    await until('the alarm', async () => alarms.length > 0);
    await send(topic, 2);
    const records = await pollAll(stuck, 2, 100);
    expect(records.map(({ offset }) => offset)).toEqual([8, 9]);
    expect(alarms).toEqual(['passed']);
    await stuck.stop();
    await running;
  });
});

describe('a range of the log', () => {
  it('is empty as far as the broker has nothing to deliver, and not when it has or may have', async () => {
    const topic = await ground.newTopic(1);
    const ask = (next: number) => endOfEmptyRange(ground.kafka, { topic, partition: 0, next });
    expect(await ask(0)).toBeNull();
    const producer = await ground.newProducer({ transactionalId: topic, idempotent: true, maxInFlightRequests: 1 });
    const aborted = await producer.transaction();
    await aborted.send({ topic, messages: [{ value: 'aborted' }] });
    expect(await ask(0)).toBeNull();
    await aborted.abort();
    expect(await until('the marker', async () => (await ask(0)) ?? undefined)).toBe(2);
    expect(await ask(1)).toBe(2);
    await send(topic, 1);
    expect(await ask(0)).toBeNull();
    expect(await ask(2)).toBeNull();
  });
});
