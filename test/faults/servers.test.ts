/** Servers go away and come back in the middle of a load; the projector waits, and goes on by itself. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { event, registered } from '../flow/shop.js';
import { systemFor } from '../flow/system.js';
import { until } from '../until.js';
import { Load } from './load.js';
import { expectNothingLost } from './outcome.js';
import { serversFor } from './servers.js';

/** Small batches make the load last; what may be undone is much, so that one store can go on without the other. */
const SMALL_BATCHES = {
  BATCH_EVENTS_MAX: '50',
  EVENTS_UNDONE_MAX: '5000',
  CHUNK_DOCUMENTS_MAX: '100',
  FAN_OUT_INLINE_MAX: '5',
  FAN_OUT_CHUNK_ORDERS_MAX: '10',
  FAN_OUT_LEASE_MS: '1000',
  /** Less than MongoDB is paused for. */
  STORE_TIMEOUT_MS: '10000',
};
const PIECES = 40;
const TIMEOUT_MS = 1_200_000;

const servers = serversFor('servers');

describe('Kafka', () => {
  const system = systemFor('faults-kafka');

  it(
    'is stopped, killed and started again',
    async () => {
      await system().startProjector(SMALL_BATCHES);
      await system().startProjector(SMALL_BATCHES);
      const answers = await system().startApi();
      const faults = ['stop', 'kill', 'kill', 'stop'] as const;
      const load = new Load(system(), answers, 'kafka', PIECES);
      for (const fault of faults) {
        await load.untilMiddle();
        await servers()[fault]('kafka');
        await servers().startAgain('kafka');
        await load.waiting();
      }
      await expectNothingLost(system(), answers, load);
    },
    TIMEOUT_MS,
  );
});

describe('Elasticsearch', () => {
  const system = systemFor('faults-search');

  it(
    'is stopped, killed and started again, and customers go on changing',
    async () => {
      await system().startProjector(SMALL_BATCHES);
      await system().startProjector(SMALL_BATCHES);
      const answers = await system().startApi();
      const faults = ['stop', 'kill', 'kill'] as const;
      const load = new Load(system(), answers, 'search', PIECES);
      const { publisher } = system();
      await publisher.publish([registered('c-meanwhile', '王芳')]);
      for (const [round, fault] of faults.entries()) {
        await load.untilMiddle();
        await servers()[fault]('elasticsearch');

        await load.publishPiece();
        const city = `城市 ${round}`;
        await publisher.publish([event('customer.updated', 'c-meanwhile', 2 + round, { city })]);
        await until(
          'the change of the customer to be seen',
          async () => (await answers.document('customers', 'c-meanwhile'))?.city === city,
          120_000,
        );
        expect(servers().isRunning('elasticsearch'), 'seen without Elasticsearch').toBe(false);
        expect(await load.waiting(), 'events must be waiting for Elasticsearch').toBeGreaterThan(0);
        await servers().startAgain('elasticsearch');
      }
      await expectNothingLost(system(), answers, load);
    },
    TIMEOUT_MS,
  );
});

describe('MongoDB', () => {
  const system = systemFor('faults-states');
  const PAUSES = 2;
  const PAUSE_MS = 15_000;

  it(
    'does not answer for longer than any request waits',
    async () => {
      await system().startProjector(SMALL_BATCHES);
      await system().startProjector(SMALL_BATCHES);
      const answers = await system().startApi();
      const load = new Load(system(), answers, 'states', PIECES);
      for (let pause = 1; pause <= PAUSES; pause += 1) {
        await load.untilMiddle();
        const complaints = system().timesSaid('trying again: MongoDB');
        servers().pause('mongodb');
        try {
          await sleep(PAUSE_MS);
        } finally {
          servers().resume('mongodb');
        }
        expect(system().timesSaid('trying again: MongoDB'), 'requests must have timed out').toBeGreaterThan(complaints);
      }
      await expectNothingLost(system(), answers, load);
    },
    TIMEOUT_MS,
  );
});
