import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemoryPositionStore } from '../../memory/stores.js';
import { until } from '../../until.js';
import { eventSourceSuite, pollAll } from './event-source.suite.js';
import { plantInCommits, plantInFetch } from './faults.js';
import { type Ground, openGround } from './ground.js';

const PARTITIONS = 4;
let ground: Ground;

beforeAll(async () => {
  ground = await openGround('kafka-source');
});

afterAll(() => ground.remove());

/** A topic of its own with a record for each key, on any of four partitions. */
async function topicWith(keys: readonly string[], partitions = PARTITIONS): Promise<string> {
  const topic = await ground.newTopic(partitions);
  const messages = keys.map((key) => ({ key, value: `value of ${key}` }));
  if (messages.length > 0) await ground.producer.send({ topic, messages });
  return topic;
}

const keysUpTo = (count: number) => Array.from({ length: count }, (_, i) => `key-${i}`);

eventSourceSuite(async (keys) => ground.sourceOf(await topicWith(keys)));

describe('the Kafka source', () => {
  it('begins at the durable positions, whatever the group has committed', async () => {
    const topic = await topicWith(keysUpTo(30));
    const ends = await ground.admin.fetchTopicOffsets(topic);
    const positions = new MemoryPositionStore();
    await positions.write(ends.map(({ partition, high }) => ({ topic, partition, next: Number(high) - 1 })));
    const source = ground.sourceOf(topic, { positions });
    const running = source.run();
    const records = await pollAll(source, PARTITIONS, 100);
    await until('to be done', async () => (await source.poll(100, 300)).length === 0);
    expect(records.map(({ partition, offset }) => [partition, offset]).sort()).toEqual(
      ends.map(({ partition, high }) => [partition, Number(high) - 1]).sort(),
    );
    await source.stop();
    await running;
  });

  it('delivers everything to who is left, though it had paused when the group changed', async () => {
    const keys = keysUpTo(400);
    const topic = await topicWith(keys);
    const staying = ground.sourceOf(topic, { queueRecordsMax: 10 });
    const runs = [staying.run()];
    await until('the queue to be full', async () => (await staying.poll(1, 100)).length === 1);
    const leaving = ground.sourceOf(topic);
    runs.push(leaving.run());
    await until('the other to have joined', async () => leaving.joined && (await leaving.poll(1, 100)).length === 1);
    await leaving.stop();
    const records = await pollAll(staying, keys.length, 50);
    expect(records).toHaveLength(keys.length);
    await staying.stop();
    await Promise.all(runs);
  });

  it('stays a member while its queue is full and nobody polls, longer than its session would last', async () => {
    const topic = await topicWith(keysUpTo(100), 1);
    const source = ground.sourceOf(topic, { queueRecordsMax: 10 });
    const running = source.run();
    await until('the queue to be full', async () => (await source.poll(1, 100)).length === 1);
    const members = async () => (await ground.admin.describeGroups([`${topic}.g1`])).groups[0]?.members ?? [];
    const [before] = await members();
    const since = performance.now();
    await until('the session to be over without a sign of life', async () => performance.now() - since > 8_000);
    expect((await members()).map(({ memberId }) => memberId)).toEqual([before?.memberId]);
    expect(await pollAll(source, 99, 50)).toHaveLength(99);
    await source.stop();
    await running;
  });

  it('holds no more than its queue may and one fetch, and goes on when there is room', async () => {
    const topic = await topicWith(keysUpTo(50), 1);
    const source = ground.sourceOf(topic, { queueRecordsMax: 10 });
    let fetches = 0;
    const observer = plantInFetch(topic, async (fetch) => {
      fetches += 1;
      return fetch();
    });
    const running = source.run();
    const [first] = await pollAll(source, 1, 1);
    expect(first?.offset).toBe(0);
    await ground.producer.send({ topic, messages: keysUpTo(25).map((key) => ({ key, value: 'later' })) });
    const before = fetches;
    await until('chances to fetch more', async () => fetches >= before + 3);
    observer.remove();
    expect(source.queued).toBe(49);
    expect(await pollAll(source, 74, 7)).toHaveLength(74);
    await source.stop();
    await running;
  });

  it('ends in order when it is stopped before it has joined', async () => {
    const source = ground.sourceOf(await topicWith(['a']));
    const running = source.run();
    await source.stop();
    await running;
  });

  it('stops with a sentence when the topic is shorter than the durable position', async () => {
    const topic = await topicWith(['a']);
    const positions = new MemoryPositionStore();
    await positions.write(Array.from({ length: PARTITIONS }, (_, partition) => ({ topic, partition, next: 50 })));
    const source = ground.sourceOf(topic, { positions });
    await expect(source.run()).rejects.toThrow(
      /the topic was created anew\. Start the projector once with --new-generation\./,
    );
    await source.stop();
  });
});

describe('the offsets of the group', () => {
  it('follow what the source is told, and never for partitions of others', async () => {
    const topic = await topicWith(['a', 'b', 'c']);
    const source = ground.sourceOf(topic);
    const running = source.run();
    const [first] = await pollAll(source, 3, 100);
    if (first === undefined) throw new Error('There was no record.');
    const { partition, offset } = first;
    await source.commit([
      { topic, partition, next: offset + 1 },
      { topic: 'another', partition: 0, next: 7 },
    ]);
    await until('the offset', async () => (await ground.committed(topic, partition)) === offset + 1);
    await source.stop();
    await running;
  });

  it('never go back when a partition was lost and came back, and its former work is done late', async () => {
    const topic = await topicWith(keysUpTo(100), 2);
    const positions = new MemoryPositionStore();
    const slow = ground.sourceOf(topic, { positions });
    const runs = [slow.run()];
    await pollAll(slow, 100, 100);
    const quick = ground.sourceOf(topic, { positions });
    runs.push(quick.run());
    const [polled] = await until('the other to have a share', async () => {
      const records = await quick.poll(100, 50);
      return records.length > 0 && records;
    });
    if (polled === undefined) throw new Error('There was no record.');
    const { partition } = polled;
    const done = [{ topic, partition, next: 20 }];
    await positions.write(done);
    await quick.commit(done);
    await until('the offset of the other', async () => (await ground.committed(topic, partition)) === 20);

    // The one that lost the partition is told of it late: it may say nothing. Its own partition it may.
    const own = 1 - partition;
    await until('its share', async () => slow.joined);
    await slow.commit([
      { topic, partition, next: 10 },
      { topic, partition: own, next: 3 },
    ]);
    await until('the offset of its own', async () => (await ground.committed(topic, own)) === 3);
    expect(await ground.committed(topic, partition)).toBe(20);

    await quick.stop();
    const back = await until('the partition to come back', async () => {
      const records = await slow.poll(100, 50);
      return records.find((record) => record.partition === partition);
    });
    expect(back.offset).toBe(20);
    await slow.commit([
      { topic, partition, next: 11 },
      { topic, partition: own, next: 4 },
    ]);
    await until('the offset of its own', async () => (await ground.committed(topic, own)) === 4);
    expect(await ground.committed(topic, partition)).toBe(20);
    await slow.stop();
    await Promise.all(runs);
  });

  it('are told again when the broker did not take them', async () => {
    const topic = await topicWith(['a'], 1);
    const source = ground.sourceOf(topic);
    const running = source.run();
    await pollAll(source, 1, 1);
    const fault = plantInCommits(1);
    await source.commit([{ topic, partition: 0, next: 1 }]);
    await until('the offset', async () => (await ground.committed(topic, 0)) === 1);
    expect(fault.left()).toBe(0);
    fault.remove();
    await source.stop();
    await running;
  });
});
