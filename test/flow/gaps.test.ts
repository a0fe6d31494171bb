/** A message that was lost upstream is told: by status, metric, verify and `gaps`, until it comes. */
import { beforeAll, describe, expect, it } from 'vitest';
import { until } from '../until.js';
import type { Answers } from './answers.js';
import { event, registered } from './shop.js';
import { type Projector, systemFor } from './system.js';

const system = systemFor('gaps');
let projector: Projector;
let answers: Answers;

beforeAll(async () => {
  projector = await system().startProjector({ GAP_MS_MAX: '0' });
  answers = await system().startApi();
});

async function metric(): Promise<Record<string, number>> {
  const text = await (await fetch(`${projector.admin}/metrics`)).text();
  const found = [...text.matchAll(/^projector_gaps\{aggregate="(\w+)"\} (\d+)$/gm)];
  return Object.fromEntries(found.map(([, aggregate = '', count]) => [aggregate, Number(count)]));
}

async function admin(path: string): Promise<unknown> {
  return (await fetch(`${projector.admin}/admin/v1${path}`)).json();
}

describe('a sequence that is missing', () => {
  const [first, second, third, fourth] = [
    registered('c-1', 'Ann'),
    event('customer.updated', 'c-1', 2, { city: 'Rom' }),
    event('customer.updated', 'c-1', 3, { city: 'Ulm' }),
    event('customer.updated', 'c-1', 4, { level: 'gold' }),
  ] as const;

  it('is counted and listed, the first ones too, and survives a restart and a rebuild', async () => {
    const { publisher } = system();
    await publisher.publish([first, second, fourth, registered('c-2', 'Bob')]);
    await publisher.publish([event('customer.updated', 'c-5', 5, { city: 'Ulm' })]);
    await answers.caughtUp();
    const listed = [
      { aggregate: 'customers/c-1', missing: [[3, 3]], old: true, since: expect.stringMatching(/^20.*Z$/) },
      { aggregate: 'customers/c-5', missing: [[1, 4]], old: true },
    ];
    const counts = { customers: 2, products: 0, orders: 0 };
    expect(await admin('/gaps')).toMatchObject({ gapMsMax: 0, old: counts, listed });
    expect(await admin('/gaps?limit=1')).toMatchObject({ old: counts, listed: listed.slice(0, 1) });
    expect(await admin('/status')).toMatchObject({ generations: [{ gaps: counts }] });
    expect(await metric()).toEqual(counts);
    // By default they may be open for longer.
    expect(await system().operateJson('gaps')).toMatchObject({
      gapMsMax: 300_000,
      old: { customers: 0 },
      young: { customers: 2 },
      listed: listed.map((gap) => ({ ...gap, old: false })),
    });
    expect((await system().operate('gaps')).stdout).toMatch(/customers\/c-5 +1–4 +20/);

    const { listed: before } = (await admin('/gaps')) as { listed: unknown };
    expect(await projector.stop()).toBe(0);
    projector = await system().startProjector({ GAP_MS_MAX: '0' });
    expect(await admin('/gaps')).toMatchObject({ listed: before });
    expect(await system().operateJson('rebuild', 'start', '--wait')).toMatchObject({ phase: 'complete' });
    await system().operateJson('rebuild', 'switch', '2');
    expect(await admin('/gaps')).toMatchObject({ listed: before });
  });

  it('is told by verify, and is no fault', async () => {
    const body = JSON.stringify({ deep: true });
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${projector.admin}/admin/v1/verify`, { method: 'POST', body, headers });
    expect(await response.json()).toMatchObject({ faults: 0, undecided: 0, gaps: { customers: 2 } });
  });

  it('is told no longer once it has come', async () => {
    await system().publisher.publish([third]);
    await answers.caughtUp();
    await until('the gap to be closed', async () => (await metric()).customers === 1);
    expect(await admin('/gaps')).toMatchObject({ listed: [{ aggregate: 'customers/c-5' }] });
  });
});
