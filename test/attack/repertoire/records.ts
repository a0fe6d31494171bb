/** Records that a hostile or broken producer puts into the topics: within the contract and without. */
import { CompressionTypes, type Message, type Producer } from 'kafkajs';
import { type History, messageOf } from '../../../bench/feed.js';
import { orderWithManyReturns } from '../huge-shop.js';

export interface RecordAttack {
  readonly name: string;
  /** `round`: how often it has been made before. */
  send(producer: Producer, topics: History['topics'], round: number): Promise<unknown>;
}

/** They are within the contract: whoever compares documents has to know of them. */
export const MANY_RETURNS = 'an order with 45 returns of 1,000 lines';

/** Unpacked it is 16 MB, packed some kilobytes. */
const BOMB_RECORDS = 20;
const BOMB_RECORD_CHARACTERS = 800_000;

const MALFORMED: readonly Message[] = [
  { key: null, value: 'no key' },
  { key: 'o-bad', value: '{"specversion":"1.0"' },
  { key: 'o-bad', value: '['.repeat(50_000) },
  { key: 'o-bad', value: Buffer.from([0xff, 0xfe, 0xfd]) },
  {
    key: 'o-bad',
    value: JSON.stringify({ specversion: '1.0', id: 'e', source: '/s', type: 'order.placed', subject: 'x' }),
  },
  { key: '__proto__', value: '{"__proto__":{"a":1}}' },
  { key: 'o-bad', value: null },
];

export const RECORDS: readonly RecordAttack[] = [
  {
    name: 'malformed records',
    send: (producer, topics) => producer.send({ topic: topics.orders, messages: [...MALFORMED] }),
  },
  {
    name: 'records of 16 MB, packed',
    send: (producer, topics) => {
      const value = `{"specversion":"1.0","data":"${'x'.repeat(BOMB_RECORD_CHARACTERS)}"}`;
      const messages = Array.from({ length: BOMB_RECORDS }, () => ({ key: 'c-bomb', value }));
      return producer.send({ topic: topics.customers, compression: CompressionTypes.GZIP, messages });
    },
  },
  {
    name: MANY_RETURNS,
    send: (producer, topics, round) =>
      producer.send({
        topic: topics.orders,
        compression: CompressionTypes.GZIP,
        messages: orderWithManyReturns(round).map(messageOf),
      }),
  },
];
