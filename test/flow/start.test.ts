/** Processes that are started before their servers, and on a machine whose clock is a day and an hour ahead. */
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { dayMarkCollection } from '../../runtime/storage/names.js';
import { until } from '../until.js';
import type { Answers } from './answers.js';
import { Gate } from './gate.js';
import { created, placed, registered } from './shop.js';
import { type Environment, type Projector, systemFor } from './system.js';

const system = systemFor('start');
let gates: Record<'kafka' | 'elasticsearch' | 'mongodb', Gate>;
let away: Environment;

beforeEach(async () => {
  gates = {
    kafka: await Gate.before(inject('KAFKA_BROKERS')),
    elasticsearch: await Gate.before(new URL(inject('ELASTICSEARCH_URL')).host),
    mongodb: await Gate.before(new URL(inject('MONGODB_URL')).host),
  };
  away = {
    KAFKA_BROKERS: gates.kafka.address,
    ELASTICSEARCH_URL: `http://user:secret@${gates.elasticsearch.address}`,
    MONGODB_URL: `mongodb://${gates.mongodb.address}/?directConnection=true`,
  };
});

afterEach(() => {
  for (const gate of Object.values(gates)) gate.close();
});

interface Health {
  readonly status: number;
  readonly body: { readonly status: string; readonly reasons?: readonly string[] };
}

async function health({ admin }: Projector, which: 'live' | 'ready'): Promise<Health> {
  const response = await fetch(`${admin}/health/${which}`);
  return { status: response.status, body: (await response.json()) as Health['body'] };
}

async function reasons(projector: Projector): Promise<readonly string[]> {
  const { status, body } = await health(projector, 'ready');
  expect(status).toBe(503);
  return body.reasons ?? [];
}

describe('a projector whose servers are away', () => {
  it('lives, says what it lacks without secrets, and starts when they have come, one after another', async () => {
    const projector = await system().launchProjector(away);
    await until('all to be missed', async () => (await reasons(projector)).length === 3);
    expect(await health(projector, 'live')).toMatchObject({ status: 200 });
    const missed = (await reasons(projector)).join('\n');
    for (const setting of ['KAFKA_BROKERS', 'ELASTICSEARCH_URL', 'MONGODB_URL']) expect(missed).toContain(setting);
    for (const gate of Object.values(gates)) expect(missed).toContain(gate.address);
    expect(missed).not.toContain('secret');
    expect((await fetch(`${projector.admin}/admin/v1/status`)).status).toBe(503);
    await gates.kafka.open();
    await until('Kafka to be found', async () => (await reasons(projector)).length === 2);
    await gates.mongodb.open();
    await until('MongoDB to be found', async () => (await reasons(projector)).length === 1);
    await gates.elasticsearch.open();
    await projector.ready();
    expect(system().timesSaid('Waiting for it.')).toBe(3);

    // What stands still later is not ready either.
    gates.mongodb.close();
    await system().publisher.publish([registered('c-0', '王芳')]);
    const hindered = await until('it to be hindered', async () => {
      const { status, body } = await health(projector, 'ready');
      return status === 503 && body;
    });
    expect(hindered).toMatchObject({ status: 'hindered', reasons: [expect.stringContaining('MongoDB')] });
    await gates.mongodb.open();
    await projector.ready();
    expect(await projector.stop()).toBe(0);
  });

  it('ends at once and in order when it is told to', async () => {
    const projector = await system().launchProjector(away);
    await until('something to be missed', async () => (await reasons(projector)).length > 0);
    const begun = performance.now();
    expect(await projector.stop()).toBe(0);
    expect(performance.now() - begun).toBeLessThan(2_000);
  });

  it('ends with a sentence when what is set cannot be right', async () => {
    const projector = await system().launchProjector({ ...away, MONGODB_URL: 'mongodb://user:s@cret@host' });
    expect(await projector.ended()).toBe(2);
    expect(system().timesSaid('MONGODB_URL cannot be used')).toBe(1);
    expect(system().timesSaid('s@cret')).toBe(0);
  });
});

describe('an API whose servers are away', () => {
  it('lives, says within a second what it lacks, and answers when they have come', async () => {
    const warm = await system().startProjector();
    const answers: Answers = await system().launchApi(away);
    await until('it to listen', async () => (await answers.get('/health/live')).status === 200);
    const begun = performance.now();
    expect(await answers.get('/health/ready')).toMatchObject({
      status: 503,
      body: { checks: { mongodb: 'down', elasticsearch: 'down' } },
    });
    const ready = performance.now();
    expect(await answers.get('/v1/orders')).toMatchObject({ status: 503, body: { code: 'store-unavailable' } });
    expect(ready - begun).toBeLessThan(1_500);
    expect(performance.now() - ready).toBeLessThan(1_500);
    for (const gate of [gates.elasticsearch, gates.mongodb, gates.kafka]) await gate.open();
    await until('an answer', async () => (await answers.get('/v1/orders')).status === 200);
    expect(await warm.stop()).toBe(0);
  });
});

describe('a machine whose clock is 25 hours ahead', () => {
  it('projects and announces as any other, and leaves nothing behind that holds others up', async () => {
    const moved = `const R=Date,off=25*3600e3;globalThis.Date=class extends R{constructor(...a){a.length?super(...a):super(R.now()+off)}static now(){return R.now()+off}};`;
    const environment = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(moved)}` };
    const projector = await system().startProjector(environment);
    const answers = await system().startApi(environment);
    await system().publisher.publish([registered('c-1', '王芳'), created('p-1', '手机'), placed('o-1', 'c-1', 'p-1')]);
    await answers.caughtUp();
    expect(await answers.document('orders', 'o-1')).not.toBeNull();
    expect(system().timesSaid("this machine's clock is not MongoDB's")).toBeGreaterThan(0);
    const list = await answers.list('orders');
    expect(Math.abs(new Date(list.freshness.asOf).getTime() - Date.now())).toBeLessThan(60_000);
    const mark = await system().servers.db.collection(dayMarkCollection(1)).findOne({});
    expect(new Date(String(mark?.day)).getTime()).toBeLessThan(Date.now() + 24 * 3_600_000);
    expect(Number(mark?.leasedUntil)).toBeLessThan(Date.now() + 3_600_000);
    expect(await health(projector, 'ready')).toMatchObject({ status: 200 });
  });
});
