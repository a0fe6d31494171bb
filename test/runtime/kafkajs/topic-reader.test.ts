/** Topics of the real broker, read without a group. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { connectReader, OutOfRange, type ReadPiece, TopicReader } from '../../../runtime/kafkajs/topic-reader.js';
import { type Ground, openGround, silent } from '../../projector/kafka/ground.js';
import { until } from '../../until.js';

const LIMITS = { waitMs: 100, bytesMax: 1024 * 1024 };
const LONG_WAIT_MS = 25_000;
const START = new Map([[0, 0]]);
let ground: Ground;
let reader: TopicReader;

beforeAll(async () => {
  ground = await openGround('topic-reader');
  reader = newReader();
});

afterAll(async () => {
  await reader.close();
  await ground.remove();
});

function newReader(): TopicReader {
  const brokers = inject('KAFKA_BROKERS').split(',');
  const settings = { brokers, clientId: `${ground.namespace}-reader`, requestTimeoutMs: 5_000 };
  return new TopicReader(connectReader(settings, silent, LONG_WAIT_MS));
}

async function send(topic: string, values: readonly string[], partition = 0): Promise<void> {
  await ground.producer.send({ topic, messages: values.map((value) => ({ key: 'k', value, partition })) });
}

const valuesOf = ({ records }: ReadPiece) => records.map(({ value }) => String(value));
const placesOf = ({ records }: ReadPiece) => records.map(({ partition, offset }) => `${partition}/${offset}`).sort();

describe('a reader of topics', () => {
  it('reads every partition from its offset on, though a batch begins before it, and says where each goes on', async () => {
    const topic = await ground.newTopic(3);
    await send(topic, ['a', 'b', 'c']);
    await send(topic, ['d'], 1);
    const piece = await reader.read(topic, new Map([1, 0, 0].entries()), LIMITS);
    expect(placesOf(piece)).toEqual(['0/1', '0/2', '1/0']);
    expect([...piece.next].sort()).toEqual([
      [0, 3],
      [1, 1],
    ]);
    const ranges = await reader.ranges(topic);
    expect([...ranges].sort((a, b) => a.partition - b.partition)).toEqual([
      { partition: 0, earliest: 0, end: 3 },
      { partition: 1, earliest: 0, end: 1 },
      { partition: 2, earliest: 0, end: 0 },
    ]);
  });

  it('gives nothing that was aborted, and goes on behind it', async () => {
    const topic = await ground.newTopic(1);
    const producer = await ground.newProducer({ transactionalId: topic, idempotent: true, maxInFlightRequests: 1 });
    const aborted = await producer.transaction();
    await aborted.send({ topic, messages: [{ value: 'aborted' }] });
    await aborted.abort();
    const passed = await until('the marker', async () => {
      const piece = await reader.read(topic, START, LIMITS);
      return piece.next.get(0) === 2 && piece;
    });
    expect(passed.records).toEqual([]);
  });

  it('says of an offset that is not there that it is not, and reads on by the same connection', async () => {
    const topic = await ground.newTopic(1);
    await send(topic, ['a']);
    await expect(reader.read(topic, new Map([[0, 7]]), LIMITS)).rejects.toThrow(OutOfRange);
    await expect(
      reader.follow(topic, new Map([[0, 7]]), LIMITS, () => {}, new AbortController().signal),
    ).rejects.toThrow(`Partition 0 of ${topic} has nothing at offset 7.`);
    expect(valuesOf(await reader.read(topic, START, LIMITS))).toEqual(['a']);
  });

  it('reads partitions that were added since it connected', async () => {
    const topic = await ground.newTopic(1);
    await send(topic, ['a']);
    await reader.read(topic, START, LIMITS);
    await ground.admin.createPartitions({ topicPartitions: [{ topic, count: 2 }] });
    await until('the new partition', async () => (await reader.ranges(topic)).length === 2);
    // A producer that is connected does not know of it either.
    const producer = await ground.newProducer({});
    await producer.send({ topic, messages: [{ value: 'b', partition: 1 }] });
    const piece = await until('both records', async () => {
      const found = await reader.read(topic, new Map([0, 0].entries()), LIMITS);
      return found.records.length === 2 && found;
    });
    expect(placesOf(piece)).toEqual(['0/0', '1/0']);
  });

  it('refuses to read a partition that has no leader, instead of finding nothing in it', async () => {
    const topic = await ground.newTopic(1);
    await expect(reader.read(topic, new Map([[3, 0]]), LIMITS)).rejects.toThrow(`no leader of partition 3 of ${topic}`);
  });

  it('tells a follower what is there and what comes, and answers other questions while that is waited for', async () => {
    const topic = await ground.newTopic(1);
    await send(topic, ['a', 'b']);
    const told: string[] = [];
    const stopping = new AbortController();
    const limits = { ...LIMITS, waitMs: LONG_WAIT_MS };
    const tell = (piece: ReadPiece) => void told.push(...valuesOf(piece));
    const following = reader.follow(topic, new Map([[0, 1]]), limits, tell, stopping.signal);
    await until('what is there', async () => told.length === 1);
    expect((await reader.ranges(topic))[0]?.end).toBe(2);
    stopping.abort();
    await send(topic, ['c']);
    await following;
    expect(told).toEqual(['b', 'c']);
  }, 20_000);

  it('finds offsets by time: the beginning for what is before 1970, the end for what is still to come', async () => {
    const topic = await ground.newTopic(1);
    const times = [1_000, 2_000].map((time) => Date.parse('2026-11-01T00:00:00Z') + time);
    for (const time of times) {
      await ground.producer.send({ topic, messages: [{ value: 'x', timestamp: String(time) }] });
    }
    const asked = [-1, times[0] ?? 0, (times[0] ?? 0) + 1, (times[1] ?? 0) + 1];
    const found = await Promise.all(asked.map(async (time) => (await reader.offsetsAt(topic, time)).get(0)));
    expect(found).toEqual([0, 0, 1, 2]);
  });

  it('leaves no connection behind when it is closed, nor when a topic is not there', async () => {
    const sockets = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
    const before = sockets();
    const failing = newReader();
    for (let i = 0; i < 3; i += 1) {
      await expect(failing.ranges('no-such-topic')).rejects.toThrow();
      await expect(failing.read('no-such-topic', START, LIMITS)).rejects.toThrow();
    }
    await until('the sockets to be closed', async () => sockets() <= before);
    const topic = await ground.newTopic(1);
    await failing.ranges(topic);
    await failing.read(topic, START, LIMITS);
    expect(sockets()).toBeGreaterThan(before);
    await failing.close();
    await until('the sockets to be closed', async () => sockets() <= before);
  });
});
