/** The stores as one process sees them: every call goes through the scheduler. */

import type { ChangeFeed } from '../../projector/ports/changes.js';
import type { DayMark } from '../../projector/ports/clock.js';
import type { DocumentStore, OutgoingDocument, Published } from '../../projector/ports/documents.js';
import type { Registry } from '../../projector/ports/generations.js';
import type { JobStore } from '../../projector/ports/jobs.js';
import type { Erasures } from '../../projector/ports/quarantine.js';
import type { RebuildStore } from '../../projector/ports/rebuilds.js';
import type { RollupStore } from '../../projector/ports/rollups.js';
import type { AggregateStore, StateScan } from '../../projector/ports/states.js';
import type { Coverage } from './coverage.js';
import type { Invariants } from './invariants.js';
import type { Schedule, Sender } from './schedule.js';
import { TARGETS, type World } from './world.js';

export interface Outside {
  readonly world: World;
  readonly schedule: Schedule;
  readonly invariants: Invariants;
  readonly coverage: Coverage;
}

export function portsOf(sender: Sender, outside: Outside) {
  const { world, schedule, invariants, coverage } = outside;
  const read = <Answer>(call: string, effect: () => Promise<Answer>) => schedule.call(sender, call, false, effect);
  const write = <Answer>(call: string, effect: () => Promise<Answer>) => schedule.call(sender, call, true, effect);
  const readEach = <Answer, Id = string>(
    call: string,
    ids: readonly Id[],
    effect: (ids: readonly Id[]) => Promise<Answer>,
  ) => schedule.bulk(sender, call, false, ids, effect);

  const aggregates: AggregateStore = {
    read: async (name, ids, room) =>
      union(await readEach(`read ${name}`, ids, (piece) => world.aggregates.read(name, piece, room))),
    versions: async (name, ids) =>
      union(await readEach(`versions of ${name}`, ids, (piece) => world.aggregates.versions(name, piece))),
    write: async (name, writes) => {
      const one = (write: (typeof writes)[number]) =>
        invariants.stateWrite(name, write.id, () => world.aggregates.write(name, [write]));
      const all = async (piece: typeof writes) => (await inTurn(piece, one)).flatMap((conflicts) => [...conflicts]);
      return new Set((await schedule.bulk(sender, `write ${name}`, true, writes, all)).flat());
    },
    referring: async (reference, ids, limit) =>
      read(`orders referring to ${reference}`, () => world.aggregates.referring(reference, ids, limit)),
    referringAfter: (reference, id, after, limit) =>
      read(`next orders referring to ${reference}`, () => world.aggregates.referringAfter(reference, id, after, limit)),
  };

  const rollups: RollupStore = {
    members: async (rollup, groups, visit) => {
      const found = await readEach(`members of ${rollup}`, groups, async (piece) => {
        const members: Parameters<typeof visit>[] = [];
        await world.rollups.members(rollup, piece, (...member) => members.push(member));
        return members;
      });
      for (const member of found.flat()) visit(...member);
    },
    read: async (rollup, owners, firstPeriod, room) =>
      union(await readEach(`read ${rollup}`, owners, (piece) => world.rollups.read(rollup, piece, firstPeriod, room))),
    owners: (rollup, periods, after) => read(`owners in ${rollup}`, () => world.rollups.owners(rollup, periods, after)),
    write: async (rollup, ticket, summaries) => {
      await schedule.bulk(sender, `write ${rollup}`, true, summaries, (piece) =>
        invariants.rollupWrite(
          rollup,
          piece.map(({ group }) => group),
          () => world.rollups.write(rollup, ticket, piece),
        ),
      );
    },
  };

  const documents: DocumentStore = {
    publish: async (target, ticket, outgoing) => {
      const all = [...outgoing];
      const ids = (piece: readonly OutgoingDocument[]) => piece.map(({ id }) => id);
      const published = await schedule.bulk(sender, `publish ${target.view}`, true, all, (piece) =>
        invariants.publish(target, ids(piece), () => world.documents.publish(target, ticket, piece)),
      );
      return published.reduce(added, { written: 0, superseded: 0, refused: 0 });
    },
  };

  const changes: ChangeFeed = {
    announce: async (announced) => {
      await schedule.bulk(sender, 'announce', true, announced, (piece) =>
        invariants.announce(piece, () => world.changes.announce(piece)),
      );
    },
  };

  const day: DayMark = {
    read: (today) => write('read the day', () => world.day.read(today)),
    lease: (owner, now, leaseMs) => write('lease the day', () => world.day.lease(owner, now, leaseMs)),
    reached: (today) => read('how far the sweep is', () => world.day.reached(today)),
    reach: (today, place) => write('note how far the sweep is', () => world.day.reach(today, place)),
    advance: (today) => write('advance the day', () => world.day.advance(today)),
  };

  const jobs: JobStore = {
    request: (keys, now) => {
      coverage.count('a job was asked for', keys.length);
      return write('request jobs', () => invariants.jobsWrite(() => world.jobs.request(keys, now)));
    },
    take: async (now, leaseMs) => {
      const job = await write('take a job', () => world.jobs.take(now, leaseMs));
      if (job !== null && job.cursor !== null) coverage.count('a job was taken up where another left it');
      return job;
    },
    advance: (job, cursor, count, leasedUntil) =>
      write('advance a job', () => world.jobs.advance(job, cursor, count, leasedUntil)),
    finish: (job) =>
      write('finish a job', async () => {
        await invariants.jobsWrite(() => world.jobs.finish(job));
        if ((await world.jobs.list()).some(({ generation }) => generation === world.tickets.last)) {
          coverage.count('a job got another pass');
        }
      }),
    list: () => read('list jobs', () => world.jobs.list()),
  };

  const registry: Registry = {
    read: () => read('read the registry', () => world.registry.read()),
    create: (first) => world.registry.create(first),
    update: (change) =>
      write('change the registry', async () => {
        coverage.count('a rebuild went on to its next phase');
        const wasRebuilt = world.isRebuilt;
        const changed = await world.registry.update(change);
        if (!wasRebuilt && world.isRebuilt) world.beFollowed();
        return changed;
      }),
  };

  const rebuilds: RebuildStore = {
    create: (record) => world.rebuilds.create(record),
    read: (generation) => read('read the rebuild', () => world.rebuilds.read(generation)),
    lease: (generation, owner, now, leaseMs) =>
      write('lease the rebuild', () => {
        if (world.rebuilds.isTakenUp(generation, owner, now)) {
          coverage.count('a rebuild was taken up where another left it');
        }
        return world.rebuilds.lease(generation, owner, now, leaseMs);
      }),
    progress: (...progress) => write('note the progress of the rebuild', () => world.rebuilds.progress(...progress)),
    remove: (generation) => world.rebuilds.remove(generation),
    costs: (pace) => world.rebuilds.costs(pace),
    rememberCosts: (pace, costs) =>
      write('remember the costs of a rebuild', () => world.rebuilds.rememberCosts(pace, costs)),
  };

  const scan: StateScan = {
    count: (key) => read('count states', () => world.scan.count(key)),
    ids: (key, after, limit) => read(`scan ${Object.values(key)}`, () => world.scan.ids(key, after, limit)),
    known: (key, ids) => read(`look up ${Object.values(key)}`, () => world.scan.known(key, ids)),
    unknownRollups: () => read('rollups unknown to states', () => world.scan.unknownRollups()),
    async *contributions(pageOrdersMax) {
      for await (const page of world.scan.contributions(pageOrdersMax))
        yield await read('scan contributions', async () => page);
    },
  };

  return {
    aggregates,
    registry,
    rebuilds,
    scan,
    ends: () => read('read the ends of the log', async () => world.logEnds()),
    rollups,
    documents,
    changes,
    day,
    jobs,
    tickets: { next: () => write('next ticket', () => world.tickets.next()) },
    targets: { current: () => read('targets', async () => TARGETS) },
    positions: {
      read: () => read('read positions', () => world.positions.read()),
      write: (positions: Parameters<World['positions']['write']>[0]) =>
        write('write positions', () => invariants.positionsWrite(positions, () => world.positions.write(positions))),
    },
    erasures: {
      carryOut: (erasures: Parameters<Erasures['carryOut']>[0]) =>
        write('carry out erasures', async () => {
          for (const { version } of erasures) world.erased.add(version.eventId);
        }),
    },
    quarantine: {
      add: (records: Parameters<World['quarantine']['add']>[0]) =>
        write('quarantine', () => world.quarantine.add(records)),
    },
  };
}

async function inTurn<Item, Answer>(items: readonly Item[], one: (item: Item) => Promise<Answer>): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const item of items) answers.push(await one(item));
  return answers;
}

function union<Value>(parts: readonly ReadonlyMap<string, Value>[]): Map<string, Value> {
  return new Map(parts.flatMap((part) => [...part]));
}

function added(a: Published, b: Published): Published {
  return {
    written: a.written + b.written,
    superseded: a.superseded + b.superseded,
    refused: a.refused + b.refused,
  };
}
