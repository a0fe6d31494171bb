/** What is read of transactions, on the real broker. */
import type { Transaction } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Position, SourceRecord } from '../../../../projector/ports/events.js';
import { MemoryPositionStore } from '../../../memory/stores.js';
import { until } from '../../../until.js';
import { type Ground, openGround } from '../ground.js';

let ground: Ground;
let transactions = 0;

beforeAll(async () => {
  ground = await openGround('kafka-transactions');
});

afterAll(() => ground.remove());

async function begin(): Promise<Transaction> {
  transactions += 1;
  const producer = await ground.newProducer({
    transactionalId: `${ground.namespace}.${transactions}`,
    idempotent: true,
    maxInFlightRequests: 1,
  });
  return producer.transaction();
}

/** What a source gives from the offset on, up to a last record that is written outside of all transactions. */
async function readFrom(topic: string, next: number): Promise<SourceRecord[]> {
  await ground.producer.send({ topic, messages: [{ key: 'last', value: 'last' }] });
  const positions = new MemoryPositionStore();
  await positions.write([{ topic, partition: 0, next }]);
  const source = ground.sourceOf(topic, { positions });
  const running = source.run();
  const read: SourceRecord[] = [];
  while (String(read.at(-1)?.value) !== 'last') read.push(...(await source.poll(100, 50)));
  await source.stop();
  await running;
  return read;
}

const valuesOf = (records: readonly SourceRecord[]) => records.map(({ value }) => String(value));
const send = (to: Transaction, topic: string, value: string, key: string | Buffer = value) =>
  to.send({ topic, messages: [{ key, value }] });

describe('records of transactions', () => {
  it('come when they are committed, and never when they are aborted', async () => {
    const topic = await ground.newTopic(1);
    const [kept, dropped] = [await begin(), await begin()];
    for (const i of [1, 2]) {
      await send(kept, topic, `kept ${i}`);
      await send(dropped, topic, `dropped ${i}`);
    }
    await dropped.abort();
    await kept.commit();
    expect(valuesOf(await readFrom(topic, 0))).toEqual(['kept 1', 'kept 2', 'last']);
  });

  it('stay away when two aborted transactions were open before the first offset that is read', async () => {
    const topic = await ground.newTopic(1);
    const [one, other] = [await begin(), await begin()];
    await send(one, topic, 'one, offset 0');
    await send(other, topic, 'other, offset 1');
    await send(other, topic, 'other, offset 2');
    await one.abort();
    await other.abort();
    expect(valuesOf(await readFrom(topic, 2))).toEqual(['last']);
  });

  it('stay away when one of an aborted transaction has a key of four zero bytes', async () => {
    const topic = await ground.newTopic(1);
    const aborted = await begin();
    await send(aborted, topic, 'odd', Buffer.alloc(4));
    await send(aborted, topic, 'next');
    await aborted.abort();
    expect(valuesOf(await readFrom(topic, 0))).toEqual(['last']);
  });

  it('come with a key of four zero bytes when they are committed', async () => {
    const topic = await ground.newTopic(1);
    const [committed, aborted] = [await begin(), await begin()];
    await send(committed, topic, 'odd', Buffer.alloc(4));
    await send(aborted, topic, 'aborted');
    await committed.commit();
    await aborted.abort();
    expect(valuesOf(await readFrom(topic, 0))).toEqual(['odd', 'last']);
  });

  it('come in full though many more are aborted around them', async () => {
    const topic = await ground.newTopic(1);
    for (let round = 0; round < 5; round += 1) {
      const [kept, dropped] = [await begin(), await begin()];
      await send(dropped, topic, `dropped ${round}`);
      await send(kept, topic, `kept ${round}`);
      await (round % 2 === 0 ? kept.commit() : dropped.abort());
      await (round % 2 === 0 ? dropped.abort() : kept.commit());
    }
    expect(valuesOf(await readFrom(topic, 1))).toEqual(['kept 0', 'kept 1', 'kept 2', 'kept 3', 'kept 4', 'last']);
  });

  it.each(['committed', 'aborted'])(
    'are passed to their end when they are %s: positions come to rest there',
    async (how) => {
      const topic = await ground.newTopic(1);
      const transaction = await begin();
      await send(transaction, topic, 'one');
      await (how === 'committed' ? transaction.commit() : transaction.abort());
      const source = ground.sourceOf(topic);
      const running = source.run();
      const passed: Position[] = [];
      await until('the end to be passed', async () => {
        const polled = await source.poll(100, 50);
        if (polled.length === 0) passed.push(...source.takePassed());
        return passed.length > 0;
      });
      // The record, and its marker.
      expect(passed).toEqual([{ topic, partition: 0, next: 2 }]);
      expect(source.takePassed()).toEqual([]);
      await source.stop();
      await running;
    },
  );
});
