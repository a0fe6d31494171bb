/** Projectors die, freeze and come and go over and over; the documents end as if none of it had happened. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { expectDocuments } from '../flow/convergence.js';
import { haveShared, type Projector, systemFor } from '../flow/system.js';
import { until } from '../until.js';
import { refusedWrites } from './late-writes.js';
import { Load } from './load.js';
import { expectNothingLost } from './outcome.js';
import { serversFor } from './servers.js';

/** Small steps, so that faults fall between and into many of them, and fan-out jobs for small changes already. */
const SMALL_STEPS = {
  BATCH_EVENTS_MAX: '50',
  EVENTS_UNDONE_MAX: '100',
  QUEUE_RECORDS_MAX: '200',
  CHUNK_DOCUMENTS_MAX: '100',
  FAN_OUT_INLINE_MAX: '5',
  FAN_OUT_CHUNK_ORDERS_MAX: '10',
  FAN_OUT_LEASE_MS: '1000',
};
const PARTITIONS = 18;
const TIMEOUT_MS = 1_200_000;
const JOIN_TIMEOUT_MS = 120_000;

const KILLS_STRUCK_MIN = 20;
const KILLS = 24;
/** Of those that come to replace a victim, so many are killed as well, before they have come far. */
const KILLED_ON_THE_WAY = 0.25;
const START_MS = 6_000;

serversFor('processes');

describe('two projectors, of which one or the other is killed again and again', () => {
  const system = systemFor('faults-kill');

  it(
    'lose nothing',
    async () => {
      const projectors = [await system().startProjector(SMALL_STEPS), await system().startProjector(SMALL_STEPS)];
      const answers = await system().startApi();
      const load = new Load(system(), answers, 'kill', 3 * KILLS);
      let struck = 0;
      for (let kill = 0; kill < KILLS; kill += 1) {
        const victim = load.random.between(0, 1);
        await until(
          'the victim to have partitions',
          async () => (projectors[victim]?.partitionsOf(1) ?? 0) > 0,
          JOIN_TIMEOUT_MS,
        );
        await load.untilMiddle();
        await projectors[victim]?.kill();
        if ((await load.waiting()) > 0) struck += 1;
        projectors[victim] = await system().launchProjector(SMALL_STEPS);
        if (!load.random.chance(KILLED_ON_THE_WAY)) continue;
        await sleep(load.random.between(0, START_MS));
        await projectors[victim].kill();
        projectors[victim] = await system().launchProjector(SMALL_STEPS);
      }
      expect(struck, 'kills that left events waiting').toBeGreaterThanOrEqual(KILLS_STRUCK_MIN);
      await expectNothingLost(system(), answers, load);
    },
    TIMEOUT_MS,
  );
});

describe('a projector that is frozen until the group has given its partitions away', () => {
  const system = systemFor('faults-zombie');
  const ROUNDS_MAX = 8;

  it(
    'writes late, and changes nothing',
    async () => {
      const [zombie, other] = [await system().startProjector(SMALL_STEPS), await system().startProjector(SMALL_STEPS)];
      const answers = await system().startApi();
      const load = new Load(system(), answers, 'zombie', 4 * ROUNDS_MAX);
      let lateWrites = 0;
      for (let round = 0; round < ROUNDS_MAX && lateWrites === 0; round += 1) {
        await untilShared(zombie, other);
        await load.untilMiddle();
        zombie.pause();
        await until(
          'the other to have all partitions',
          async () => other.partitionsOf(1) === PARTITIONS,
          JOIN_TIMEOUT_MS,
        );
        // Newer events of the same aggregates, which what the zombie has in hand knows nothing of.
        await load.publishPiece();
        await expectNothingLost(system(), answers, load);

        const refusedBefore = await refusedWrites(system().servers);
        zombie.resume();
        await untilShared(zombie, other);
        await expectDocuments(answers, system().publisher.events);
        lateWrites += (await refusedWrites(system().servers)) - refusedBefore;
      }
      expect(lateWrites, 'writes of the zombie that Elasticsearch refused').toBeGreaterThan(0);
      await expectNothingLost(system(), answers, load);
    },
    TIMEOUT_MS,
  );

  async function untilShared(...members: Projector[]): Promise<void> {
    await until('the members to share', async () => haveShared(members, 1, PARTITIONS), JOIN_TIMEOUT_MS);
  }
});

describe('projectors that join and leave every few seconds', () => {
  const system = systemFor('faults-members');
  const CHANGES = 12;
  const MEMBERS_MAX = 3;

  it(
    'hand over what is half done',
    async () => {
      const members = [await system().startProjector(SMALL_STEPS)];
      const answers = await system().startApi();
      const load = new Load(system(), answers, 'members', 3 * CHANGES);
      for (let change = 0; change < CHANGES; change += 1) {
        await load.untilMiddle();
        const isJoining = members.length === 1 || (members.length < MEMBERS_MAX && load.random.chance(0.5));
        if (isJoining) {
          members.push(await system().launchProjector(SMALL_STEPS));
        } else {
          const [leaving] = members.splice(load.random.between(0, members.length - 1), 1);
          // It may not have joined yet.
          await leaving?.ready();
          expect(await leaving?.stop()).toBe(0);
        }
      }
      await expectNothingLost(system(), answers, load);
    },
    TIMEOUT_MS,
  );
});
