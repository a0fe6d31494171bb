/** Everything is built anew while clients read and producers write, and is switched to and back. */
import { beforeAll, describe, expect, it } from 'vitest';
import { until } from '../until.js';
import type { Answers } from './answers.js';
import { expectConvergence } from './convergence.js';
import { created, event, placed, registered } from './shop.js';
import { type Projector, systemFor } from './system.js';

const ORDERS = 400;

const system = systemFor('rebuild');
let projector: Projector;
let answers: Answers;
let other: Answers;

beforeAll(async () => {
  projector = await system().startProjector();
  answers = await system().startApi();
  other = await system().startApi();
});

describe('a rebuild', () => {
  it('loses no update and fails no read, across switch and rollback, though its projector is killed', async () => {
    const { publisher } = system();
    await publisher.publish([
      ...Array.from({ length: 20 }, (_, i) => registered(`c-${i}`, `顾客 ${i}`)),
      ...Array.from({ length: 10 }, (_, i) => created(`p-${i}`, `手机 ${i}`)),
      ...Array.from({ length: ORDERS }, (_, i) => placed(`o-${i}`, `c-${i % 20}`, `p-${i % 10}`)),
    ]);
    await answers.caughtUp();

    const traffic = new Traffic();
    const working = traffic.run();
    expect(await system().operateJson('rebuild', 'start')).toMatchObject({ generation: 2 });
    expect(await system().operate('rebuild', 'start'), 'a second one').toMatchObject({ code: 3 });
    await projector.kill();
    projector = await system().startProjector();
    await complete();
    await system().operateJson('rebuild', 'switch', '2');
    const switchedAt = traffic.reads;
    await until('reads of the new generation', async () => traffic.reads > switchedAt + 50, 120_000);
    expect(await system().operateJson('rebuild', 'rollback')).toMatchObject({ live: 1 });
    const rolledBackAt = traffic.reads;
    await until('reads of the former generation', async () => traffic.reads > rolledBackAt + 50, 120_000);
    await system().operateJson('rebuild', 'switch', '2');
    traffic.stop();
    await working;
    expect(traffic.failures).toEqual([]);
    expect(traffic.reads).toBeGreaterThan(100);
    await expectConvergence(answers, publisher.events);
    await system().operateJson('rebuild', 'retire', '1', '--yes');
    await publisher.publish([event('order.cancelled', 'o-0', 2, { reason: '不想要了' })]);
    await expectConvergence(answers, publisher.events);
    expect(await system().servers.db.listCollections({}, { nameOnly: true }).toArray()).not.toContainEqual(
      expect.objectContaining({ name: expect.stringMatching(/^g1_/) }),
    );
  }, 300_000);

  it('that is given up leaves nothing behind', async () => {
    const { publisher } = system();
    const { generation } = await system().operateJson('rebuild', 'start', '--from-time', '2020-01-01T00:00:00Z');
    expect(await system().operateJson('rebuild', 'cancel', '--yes')).toMatchObject({ removed: generation });
    await expectConvergence(answers, publisher.events);
  });

  it('from a time goes on from the present states, and comes to the same', async () => {
    const { publisher } = system();
    const { generation } = await system().operateJson('rebuild', 'start', '--from-time', new Date().toISOString());
    await complete();
    await publisher.publish([event('customer.updated', 'c-1', 2, { name: '王芳' })]);
    await system().operateJson('rebuild', 'switch', String(generation));
    await expectConvergence(answers, publisher.events);
  });

  it('is verified and switched to when the last events were published in a transaction', async () => {
    const { publisher } = system();
    await publisher.publishInTransaction([event('customer.updated', 'c-2', 2, { name: '李娜' })]);
    const { generation } = await system().operateJson('rebuild', 'start');
    await complete();
    await system().operateJson('rebuild', 'switch', String(generation));
    await expectConvergence(answers, publisher.events);
    expect(await answers.waitingEvents()).toBe(0);
  });
});

async function complete(): Promise<void> {
  const isComplete = async () => (await system().operateJson('rebuild', 'status')).phase === 'complete';
  await until('the rebuild to be complete', isComplete, 120_000);
}

/**
 * Raises the version of one customer with every round of reads, and asks both API processes in turns: it must never
 * go back.
 */
class Traffic {
  readonly failures: string[] = [];
  reads = 0;
  private stopping = false;

  stop(): void {
    this.stopping = true;
  }

  async run(): Promise<void> {
    let seen = 0;
    for (let sequence = 2; !this.stopping; sequence += 1) {
      await system().publisher.publish([
        event('product.updated', 'p-1', sequence, { name: `手机 ${sequence}` }),
        event('customer.updated', 'c-0', sequence, { name: `顾客 ${sequence}` }),
      ]);
      const asked = sequence % 2 === 0 ? answers : other;
      for (const path of ['/v1/customers/c-0', '/v1/orders?customerId=c-0&size=1']) {
        const { status, body } = await asked.get(path);
        if (status !== 200) this.failures.push(`${path}: ${status} ${JSON.stringify(body)}`);
      }
      const shown = Number((await asked.document('customers', 'c-0'))?.name?.toString().split(' ')[1] ?? 0);
      if (shown < seen) this.failures.push(`customers/c-0 went back from ${seen} to ${shown}`);
      seen = Math.max(seen, shown);
      this.reads += 1;
    }
  }
}
