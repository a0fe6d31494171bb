/** What an operator sees and does, on the command line and by the admin API, with real servers behind. */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { runTool } from '../../projector/cli/tool.js';
import { documentsCollection } from '../../runtime/storage/names.js';
import { said } from '../said.js';
import { until } from '../until.js';
import type { Answers } from './answers.js';
import { created, event, placed, registered } from './shop.js';
import { type Projector, systemFor } from './system.js';

const system = systemFor('operating');
let projector: Projector;
let answers: Answers;

beforeAll(async () => {
  projector = await system().startProjector();
  answers = await system().startApi();
  await system().publisher.publish([
    registered('c-1', '王芳'),
    created('p-1', '手机'),
    placed('o-1', 'c-1', 'p-1'),
    event('customer.updated', 'c-1', 2, { name: '李娜' }),
  ]);
  await answers.caughtUp();
});

describe('the command line', () => {
  it('shows the generations, how far behind each partition is, and what waits', async () => {
    expect(await system().operateJson('status')).toMatchObject({
      generations: [{ number: 1, live: true, phase: 'following', lagEvents: 0, jobs: 0, refused: 0 }],
      quarantined: 0,
      rebuild: null,
    });
    const lag = (await system().operateJson('lag')) as unknown as { lagEvents: number; end: number }[];
    expect(lag.length).toBeGreaterThan(0);
    expect(lag.every(({ lagEvents }) => lagEvents === 0)).toBe(true);
    expect(await system().operateJson('jobs')).toEqual([]);
  });

  it('explains which events made a document, and where they stand', async () => {
    const explained = await system().operateJson('explain', 'orders/o-1');
    expect(explained).toMatchObject({ document: 'orders/o-1', stored: { hidden: false } });
    const aggregates = explained.aggregates as { aggregate: string; sequences: unknown; events: unknown[] }[];
    expect(aggregates.map(({ aggregate }) => aggregate).sort()).toEqual([
      'customers/c-1',
      'orders/o-1',
      'products/p-1',
    ]);
    const customer = aggregates.find(({ aggregate }) => aggregate === 'customers/c-1');
    expect(customer).toMatchObject({ sequences: [[1, 2]], events: [{ sequence: 1 }, { sequence: 2 }] });
    expect(customer?.events[1]).toMatchObject({
      topic: system().servers.topics.customers,
      partition: expect.any(Number),
      offset: expect.any(Number),
    });
    expect(await system().operate('explain', 'orders/o-404')).toMatchObject({ code: 3 });
    expect(await system().operate('explain', 'invoices/1')).toMatchObject({ code: 2 });
  });

  it('finds nothing that fails on servers that are as they should be', async () => {
    const checks = (await system().operateJson('doctor')) as unknown as {
      name: string;
      verdict: string;
      detail: string;
    }[];
    expect(checks.filter(({ verdict }) => verdict === 'fail')).toEqual([]);
    expect(checks.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['Kafka', 'Elasticsearch', 'MongoDB', 'mappings', 'ticket counter', 'leftovers']),
    );
  });

  it('does what cannot be taken back only when it is confirmed', async () => {
    const unasked = await system().operate('rebuild', 'retire', '7');
    expect(unasked.code).toBe(3);
    expect(unasked.stderr).toContain('add --yes or --confirm');
    expect(await system().operate('rebuild', 'retire', '7', '--confirm', 'another')).toMatchObject({ code: 3 });
  });

  it.each([
    ['explain orders/o-404', 3, 'Nothing is known of orders/o-404.'],
    ['explain invoices/1', 2, 'the view being one of'],
    ['rebuild status', 3, 'There is no rebuild'],
    ['rebuild pause', 3, 'No rebuild is under way.'],
    ['rebuild resume', 3, 'No rebuild is paused.'],
    ['rebuild cancel --yes', 3, 'there is none to cancel'],
    ['rebuild verify 9', 3, 'There is no generation 9'],
    ['rebuild switch 9', 3, 'There is no generation 9'],
    ['rebuild switch 9 --accept-differences --yes', 3, 'There is no generation 9'],
    ['rebuild switch 1', 3, 'is the one that is served'],
    ['rebuild retire 9 --yes', 3, 'There is no generation 9'],
    ['rebuild rollback', 3, 'There is no former generation'],
    ['rebuild start --from-time 5', 2, 'must be a time with its zone'],
    ['rebuild start --from-time 2999-01-01T00:00:00Z', 3, 'is in the future'],
    ['rebuild start --from-time 2999-01-01T00:00:00Z --dry-run', 3, 'is in the future'],
    ['rebuild start --from-offsets nope/0=1', 3, 'No topic nope is read here'],
    ['rebuild start --from-offsets nope/0=1 --dry-run', 3, 'No topic nope is read here'],
    ['rebuild start --from-offsets ORDERS/0=999999', 3, '/0 ends at offset'],
    ['rebuild start --from-offsets ORDERS/999=0', 3, 'has no partition 999'],
    ['snapshot --at 2999-01-01T00:00:00Z --name x', 3, 'is in the future'],
    ['snapshot delete nope --yes', 3, 'There is no snapshot nope.'],
    ['refresh --order nope', 3, 'No event of orders/nope was projected'],
    ['refresh --customer nope --replay', 3, 'and none is in Kafka'],
    ['refresh --since 2999-01-01T00:00:00Z', 3, 'is in the future'],
    ['quarantine show nope', 3, 'There is no record nope in the quarantine.'],
    ['quarantine redrive --id nope', 3, 'No record nope waits in the quarantine'],
    ['quarantine redrive --id nope --dry-run', 3, 'No record nope waits in the quarantine'],
    ['quarantine redrive --key nope', 3, 'No record with the key nope waits'],
    ['quarantine discard nope --reason test', 3, 'No record nope waits in the quarantine.'],
  ])('refuses %s with %i', async (line, code, sentence) => {
    const words = line.replace('ORDERS', system().servers.topics.orders).split(' ');
    const { result, stdout, stderr } = await said(() =>
      runTool(words, { ...system().environment(), LOG_LEVEL: 'error' }),
    );
    expect([result, stdout, stderr]).toEqual([code, '', expect.stringContaining(sentence)]);
  });

  it('takes a time before there was any event for the beginning', async () => {
    const planned = await system().operateJson(
      'rebuild',
      'start',
      '--dry-run',
      '--from-time',
      '1969-12-31T23:59:59.999Z',
    );
    expect(planned).toMatchObject({ events: 4, refusal: null });
  });

  it('ends with 2 and a word for a setting or an argument that was misspelt', async () => {
    vi.stubEnv('KAFKA_BROKER', 'elsewhere:9092');
    try {
      // Beside the right one it is somebody else's.
      expect(await system().operate('status')).toMatchObject({ code: 0 });
    } finally {
      vi.unstubAllEnvs();
    }
    expect(await system().operate('--new-generaton')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Did you mean --new-generation?'),
    });
  });

  it('says what a rebuild would read without starting one', async () => {
    expect(await system().operateJson('rebuild', 'start', '--dry-run')).toMatchObject({ events: 4, missing: [] });
    expect(await system().operateJson('status')).toMatchObject({ generations: [{ number: 1 }] });
  });
});

describe('a switch', () => {
  it('is refused when a document differs, unless that is accepted; and all of it is on record', async () => {
    expect(await system().operateJson('rebuild', 'start', '--wait')).toMatchObject({
      generation: 2,
      phase: 'complete',
    });
    expect(await system().operateJson('rebuild', 'verify', '2')).toMatchObject({ equal: true });
    const { db } = system().servers;
    const customers = db.collection<{ _id: string }>(documentsCollection(2, 'customers', 1));
    await customers.updateOne({ _id: 'c-1' }, { $set: { city: '别处' } });
    const verified = await system().operate('--json', 'rebuild', 'verify', '2');
    expect(verified.code).toBe(4);
    expect(JSON.parse(verified.stdout).views).toContainEqual(
      expect.objectContaining({
        view: 'customers',
        differences: [{ id: 'c-1', cause: 'different', fields: ['city'] }],
      }),
    );
    const refused = await system().operate('rebuild', 'switch', '2');
    expect(refused.code).toBe(3);
    expect(refused.stderr).toContain('1 customers');
    expect(await system().operateJson('rebuild', 'switch', '2', '--accept-differences', '--yes')).toMatchObject({
      live: 2,
    });
    const recorded = (await system().operateJson('audit', '--limit', '3')) as unknown as {
      action: string;
      result: string;
      via: string;
    }[];
    expect(recorded.map(({ action, result }) => `${action}: ${result}`)).toEqual([
      'rebuild switch: done',
      'rebuild switch: refused',
      'rebuild start: done',
    ]);
    expect(recorded[0]).toMatchObject({ via: 'cli', who: expect.stringMatching(/^.+@.+$/) });
  }, 300_000);
});

describe('the admin API', () => {
  it.each([
    ['GET', '/explain/orders/o-404', undefined, 409],
    ['POST', '/rebuild', { from: { offsets: { 'nope/0': 1 } } }, 409],
    ['POST', '/rebuild', { from: { offsets: { 'nope/0': 1 } }, dryRun: true }, 409],
    ['POST', '/rebuild', { from: { time: '5' } }, 400],
    ['POST', '/generations/9/verify', {}, 409],
    ['POST', '/generations/9/switch', {}, 409],
    ['DELETE', '/generations/9', {}, 409],
    ['POST', '/rebuild/pause', {}, 409],
    ['POST', '/snapshots', { name: 'x', at: '2999-01-01T00:00:00Z' }, 409],
    ['DELETE', '/snapshots/nope', {}, 409],
    ['POST', '/refresh', { order: 'nope' }, 409],
    ['GET', '/quarantine/nope', undefined, 409],
    ['POST', '/quarantine/redrive', { id: 'nope' }, 409],
    ['POST', '/quarantine/redrive', { id: 'nope', dryRun: true }, 409],
    ['POST', '/quarantine/discard', { id: 'nope', reason: 'test' }, 409],
  ])('refuses %s %s %j with %i', async (method, path, body, status) => {
    const answer = await ask(method, path, body);
    expect(answer).toMatchObject({ status, body: { status, detail: expect.stringMatching(/^[A-Z0-9].*\.$/) } });
  });

  it('shows the same, does the same, and records who asked', async () => {
    expect(await ask('GET', '/status')).toMatchObject({ status: 200, body: { generations: [{}, { live: true }] } });
    expect(await ask('POST', '/generations/1/switch', { acceptDifferences: true })).toMatchObject({
      status: 200,
      body: { live: 1 },
    });
    expect(await ask('DELETE', '/generations/1', {})).toMatchObject({ status: 409, body: { code: 'refused' } });
    expect(await ask('DELETE', '/generations/2', {})).toMatchObject({ status: 200, body: { removed: 2 } });
    expect(await ask('GET', '/audit?limit=2')).toMatchObject({
      body: [
        { action: 'rebuild retire', parameters: { generation: 2 }, via: 'api', result: 'done' },
        { action: 'rebuild retire', parameters: { generation: 1 }, result: 'refused' },
      ],
    });
  });

  it('makes new documents from the present states', async () => {
    expect(await system().operateJson('rerender')).toMatchObject({ generation: 3 });
    await until('the documents', async () => {
      const { body } = await ask('GET', '/rebuild');
      return (body as { phase?: string }).phase === 'complete';
    });
    expect(await ask('POST', '/generations/3/verify', {})).toMatchObject({ status: 200, body: { equal: true } });
    expect(await ask('POST', '/generations/3/switch', {})).toMatchObject({ status: 200, body: { live: 3 } });
    expect(await answers.document('orders', 'o-1')).toMatchObject({ customer: { name: '李娜' } });
  }, 120_000);
});

async function ask(method: string, path: string, body?: object): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${projector.admin}/admin/v1${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  return { status: response.status, body: await response.json() };
}
