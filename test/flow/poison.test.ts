/** Records that break the contract are set apart with their reasons; those around them are projected as ever. */
import type { IHeaders } from 'kafkajs';
import type { Binary } from 'mongodb';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ReasonCode, reasons } from '../../mappings/events/reasons.js';
import { QUARANTINE_COLLECTION, quarantineTopic } from '../../runtime/storage/names.js';
import type { EventEnvelope, Topic } from '../recomputation-documents.js';
import { until } from '../until.js';
import type { Answers } from './answers.js';
import { expectConvergence } from './convergence.js';
import { type Place, type RawRecord, toMessage } from './publisher.js';
import { created, event, placed, registered } from './shop.js';
import { type Projector, systemFor } from './system.js';

const system = systemFor('poison');
let projector: Projector;
let answers: Answers;

beforeAll(async () => {
  projector = await system().startProjector({ STATE_BYTES_MAX: '65536' });
  answers = await system().startApi();
});

/** Personal data that must not get into a notice. */
const SECRET = '王芳的秘密';
const USED_ID = 'e-used';

/** Of what is not looked into or cannot be, and is not kept: see test/attack/flow/batches.test.ts. */
const UNREAD: readonly string[] = ['record-too-large', 'batch-too-large', 'batch-unreadable'] satisfies ReasonCode[];

interface Bad extends RawRecord {
  readonly topic: Topic;
  readonly reason: ReasonCode;
}

const BAD: readonly Bad[] = [
  { topic: 'orders', key: 'o-bad', value: null, reason: 'value-missing' },
  { topic: 'orders', key: 'o-bad', value: `{"id": "${SECRET}`, reason: 'not-json' },
  { topic: 'customers', key: 'c-bad', value: '', reason: 'not-json' },
  { topic: 'customers', key: 'c-bad', value: Buffer.from([0x7b, 0xff, 0x7d]), reason: 'not-utf8' },
  { topic: 'orders', key: 'o-bad', value: '[]', reason: 'envelope-invalid' },
  brokenBy({ type: '' }, 'envelope-invalid'),
  { ...brokenBy({}, 'subject-not-key'), key: 'c-another' },
  { ...brokenBy({}, 'subject-not-key'), key: null },
  { ...brokenBy({}, 'wrong-topic'), topic: 'orders' },
  brokenBy({ id: 'e,1' }, 'id-invalid'),
  { ...brokenBy({ subject: 'c,1' }, 'id-invalid'), key: 'c,1' },
  { ...brokenBy({ subject: '..' }, 'id-invalid'), key: '..' },
  brokenBy({ time: '2026-11-01 10:00' }, 'time-invalid'),
  brokenBy({ sequence: '1.5' }, 'sequence-invalid'),
  brokenBy({ data: { name: 7, email: SECRET } }, 'data-invalid'),
  brokenBy({ data: { email: SECRET } }, 'data-invalid'),
  brokenBy({ data: { name: 'x'.repeat(8001) } }, 'text-invalid'),
  { ...brokenBy({}, 'format-unsupported'), headers: { 'content-type': 'application/cloudevents+avro' } },
  {
    ...{ topic: 'customers', key: 'c-bad', value: `<name>${SECRET}</name>`, reason: 'data-format-unsupported' },
    headers: { ...toMessage(wellFormed(), 'binary').headers, 'content-type': 'text/xml' },
  },
  { topic: 'orders', key: 'o-good', value: JSON.stringify(orderWithUsedId()), reason: 'id-reused' },
  { topic: 'customers', key: 'c-bad', value: tooLarge(), reason: 'state-too-large' },
];

function wellFormed(): EventEnvelope {
  return event('customer.registered', 'c-bad', 1, { name: SECRET }).event;
}

/** A customer event that was well-formed but for the given attributes, which may be all right: then the rest is wrong. */
function brokenBy(attributes: Readonly<Record<string, unknown>>, reason: ReasonCode): Bad {
  const value = JSON.stringify({ specversion: '1.0', source: '/test', ...wellFormed(), ...attributes });
  return { topic: 'customers', key: 'c-bad', value, reason };
}

function orderWithUsedId(): object {
  const { event: paid } = event('order.paid', 'o-good', 2, { method: SECRET });
  return { specversion: '1.0', source: '/test', ...paid, id: USED_ID };
}

/** Its texts are as long as may be, and fit into no state of 65,536 bytes. */
function tooLarge(): string {
  const data = { name: SECRET, email: '密'.repeat(8_000), phone: '密'.repeat(8_000), level: '密'.repeat(8_000) };
  return JSON.stringify({ specversion: '1.0', source: '/test', ...wellFormed(), data });
}

interface Quarantined {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly reason: string;
  readonly detail: string;
  readonly key: Binary | null;
  readonly value: Binary | null;
  readonly headers: readonly { readonly name: string; readonly value: Binary }[];
}

describe('records that break the contract', () => {
  const places: Place[] = [];

  it('do not keep those around them from being projected', async () => {
    const { publisher } = system();
    const good = placed('o-good', 'c-good', 'p-good');
    await publisher.publish([{ ...good, event: { ...good.event, id: USED_ID } }, registered('c-0', 'Ann')]);
    for (const [i, bad] of BAD.entries()) {
      places.push(await publisher.publishRaw(bad.topic, bad));
      await publisher.publish([registered(`c-${i + 1}`, 'Ann')], i % 2 === 0 ? 'structured' : 'binary');
    }
    await publisher.publish([
      registered('c-good', '王芳'),
      created('p-good', 'Tea'),
      event('order.shipped', 'o-good', 3, { carrier: 'DHL', trackingNo: '1' }),
    ]);
    await expectConvergence(answers, publisher.events);
    const all = Object.keys(reasons).filter((reason) => !UNREAD.includes(reason));
    expect(new Set(BAD.map(({ reason }) => reason))).toEqual(new Set(all));
  });

  it('are kept with place, key, headers, value and reason', async () => {
    expect(await projector.events('quarantined')).toBe(BAD.length);
    const kept = await system().servers.db.collection<Quarantined>(QUARANTINE_COLLECTION).find().toArray();
    expect(kept).toHaveLength(BAD.length);
    const found = new Map(kept.map((record) => [`${record.topic}/${record.partition}/${record.offset}`, record]));
    for (const [i, { key, value, headers = {}, reason }] of BAD.entries()) {
      const { topic, partition, offset } = places[i] ?? {};
      const record = found.get(`${topic}/${partition}/${offset}`);
      expect(record, `the record with ${reason}`).toMatchObject({ topic, partition, offset, reason });
      expect(bytesOf(record?.key)).toEqual(key === null ? null : Buffer.from(key));
      expect(bytesOf(record?.value)).toEqual(value === null ? null : Buffer.from(value));
      expect(record?.headers.map((header) => [header.name, bytesOf(header.value)?.toString()])).toEqual(
        textsOf(headers),
      );
      expect(record?.detail).not.toContain(SECRET);
    }
  });

  it('are told of on the quarantine topic by place and reason, never by content', async () => {
    const { servers } = system();
    const notices = await readTopic(quarantineTopic(servers.namespace), BAD.length);
    const expected = BAD.map(({ reason }, i) => ({ ...places[i], reason }));
    const byPlace = (a: object, b: object) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
    expect(notices.map(({ value }) => JSON.parse(value) as object).sort(byPlace)).toEqual(expected.sort(byPlace));
    for (const { key, value, headers } of notices) {
      const { topic, partition, offset } = JSON.parse(value) as Place;
      expect(key).toBe(`${topic}/${partition}/${offset}`);
      expect(headers).toEqual({});
    }
  });
});

describe('events of unknown types', () => {
  it('are skipped: neither quarantined nor seen in any document', async () => {
    const { publisher, servers } = system();
    const unknown = [
      event('order.gift_wrapped', 'o-good', 9, { status: 'paid', lines: [] }),
      event('order.placed.v7', 'o-unknown', 1, { customerId: 'c-good' }),
      event('customer.registered.v2', 'c-good', 9, { name: 'Nobody' }),
    ];
    // The recomputation skips them as well.
    await publisher.publish(unknown);
    await expectConvergence(answers, publisher.events);
    expect(await projector.events('unknown')).toBe(unknown.length);
    expect(await servers.db.collection(QUARANTINE_COLLECTION).countDocuments()).toBe(BAD.length);
  });
});

function bytesOf(binary: Binary | null | undefined): Buffer | null {
  return binary === null || binary === undefined ? null : Buffer.from(binary.buffer);
}

function textsOf(headers: IHeaders): [string, string][] {
  return Object.entries(headers).map(([name, value]) => [name, String(value)]);
}

interface Notice {
  readonly key: string;
  readonly value: string;
  readonly headers: object;
}

async function readTopic(topic: string, count: number): Promise<Notice[]> {
  const { kafka, namespace } = system().servers;
  const consumer = kafka.consumer({ groupId: `${namespace}-notices` });
  const notices: Notice[] = [];
  await consumer.connect();
  try {
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ message: { key, value, headers } }) => {
        notices.push({ key: String(key), value: String(value), headers: headers ?? {} });
      },
    });
    await until(`${count} notices`, async () => notices.length >= count);
  } finally {
    await consumer.disconnect();
  }
  return notices;
}
