import { describe, expect, it } from 'vitest';
import { type GenerationPorts, generationOpening, openGeneration } from '../../../projector/generations/generation.js';
import { targetsOf } from '../../../projector/generations/targets.js';
import { Unavailable } from '../../../projector/ports/errors.js';
import { createLog } from '../../../runtime/log.js';
import { isOfThisShape } from '../../../runtime/storage/shape.js';
import { MemoryGenerationStorage, MemoryRegistry } from '../../memory/generations.js';
import { registrySuite } from './registry.suite.js';

const SETTINGS = { businessTimeZone: 'Asia/Shanghai', reportingCurrency: 'CNY' };
const GO_ON = { startNew: false };
const ANEW = { startNew: true };

/** Two stores, and the consumer groups of Kafka, which outlive both. */
function stores() {
  const registry = new MemoryRegistry();
  const mongo = new MemoryGenerationStorage(['the ticket counter in MongoDB']);
  const elasticsearch = new MemoryGenerationStorage(['the index orders', 'the index products']);
  const groups: number[] = [];
  const ports: GenerationPorts = {
    registry,
    traces: [mongo, elasticsearch, { numbers: async () => groups }],
    storages: [mongo, elasticsearch],
    log: createLog('test', 'silent'),
  };
  return { registry, mongo, elasticsearch, groups, ports };
}

registrySuite(async () => new MemoryRegistry());

describe('opening the live generation', () => {
  it('starts the first one, complete in all stores', async () => {
    const { ports, registry, mongo, elasticsearch } = stores();
    const generation = await openGeneration(ports, SETTINGS, GO_ON);
    expect(generation).toMatchObject({ number: 1, ...SETTINGS, revisions: { orders: 1, products: 1, customers: 1 } });
    expect(registry.record).toEqual({ _id: 'registry', version: 1, live: 1, generations: [generation] });
    expect([await mongo.missing(generation), await elasticsearch.missing(generation)]).toEqual([[], []]);
    expect(
      targetsOf(generation)
        .map(({ view, revision }) => `${view}/${revision}`)
        .sort(),
    ).toEqual(['customers/1', 'orders/1', 'products/1']);
  });

  it('opens the same one again', async () => {
    const { ports, registry } = stores();
    const first = await openGeneration(ports, SETTINGS, GO_ON);
    expect(await openGeneration(ports, SETTINGS, GO_ON)).toEqual(first);
    expect(registry.record?.generations).toHaveLength(1);
  });

  it('stops when a store lacks a part of it, naming each', async () => {
    const { ports, mongo, elasticsearch } = stores();
    await openGeneration(ports, SETTINGS, GO_ON);
    mongo.parts.clear();
    elasticsearch.parts.get(1)?.delete('the index orders');
    await expect(openGeneration(ports, SETTINGS, GO_ON)).rejects.toThrow(
      'Generation 1 is registered but lacks the ticket counter in MongoDB, the index orders: a store lost data or the ' +
        'address is that of another server. Check the addresses, or start the projector once with --new-generation to ' +
        'build everything anew from Kafka.',
    );
  });

  it('takes a number that was never used when the registry is gone and traces are left, wherever they are', async () => {
    for (const trace of ['mongo', 'elasticsearch', 'groups'] as const) {
      const world = stores();
      await openGeneration(world.ports, SETTINGS, GO_ON);
      world.registry.record = null;
      world.mongo.parts.clear();
      world.elasticsearch.parts.clear();
      if (trace === 'groups') world.groups.push(7, 3);
      else world[trace].parts.set(7, new Set());
      const generation = await openGeneration(world.ports, SETTINGS, GO_ON);
      expect(generation.number).toBe(8);
      expect(world.registry.record).toMatchObject({ live: 8 });
    }
  });

  it('refuses other settings than it was derived with', async () => {
    const { ports } = stores();
    await openGeneration(ports, SETTINGS, GO_ON);
    await expect(openGeneration(ports, { businessTimeZone: 'UTC', reportingCurrency: 'EUR' }, GO_ON)).rejects.toThrow(
      'Generation 1 was derived with businessTimeZone Asia/Shanghai (now UTC), reportingCurrency CNY (now EUR). Start ' +
        'with the former value, or once with --new-generation to build everything anew from Kafka.',
    );
  });

  it('refuses documents of another shape than it writes, unless there is a generation of its own to build', async () => {
    const { ports, registry } = stores();
    const first = await openGeneration(ports, SETTINGS, GO_ON);
    const former = { ...first, definitions: { ...first.definitions, orders: 'another' } };
    await registry.update((known) => ({ ...known, generations: [former] }));
    await expect(openGeneration(ports, SETTINGS, GO_ON)).rejects.toThrow(
      'Generation 1 has documents of another shape: this version declares orders otherwise. Let the projectors of the ' +
        'former version run on.',
    );
    const second = { ...first, number: 2, phase: 'filling' as const };
    await registry.update((known) => ({ ...known, generations: [former, second] }));
    expect(await openGeneration(ports, SETTINGS, GO_ON)).toEqual(former);
    expect([isOfThisShape(former), isOfThisShape(second)]).toEqual([false, true]);
  });

  it('takes a generation of before shapes were recorded for one of its own, from then on', async () => {
    const { ports, registry } = stores();
    const { definitions, ...first } = await openGeneration(ports, SETTINGS, GO_ON);
    await registry.update((known) => ({ ...known, generations: [first] }));
    expect(isOfThisShape(first)).toBe(true);
    await openGeneration(ports, SETTINGS, GO_ON);
    expect(registry.record?.generations).toEqual([{ ...first, definitions }]);
  });

  it('starts a new one when told to, with other settings and beside the former, whatever is missing of that', async () => {
    const { ports, registry, mongo } = stores();
    const first = await openGeneration(ports, SETTINGS, GO_ON);
    mongo.parts.clear();
    const settings = { businessTimeZone: 'UTC', reportingCurrency: 'EUR' };
    const second = await openGeneration(ports, settings, ANEW);
    expect(second).toMatchObject({ number: 2, ...settings });
    expect(registry.record).toEqual({ _id: 'registry', version: 2, live: 2, generations: [first, second] });
    expect(await openGeneration(ports, settings, GO_ON)).toEqual(second);
  });

  it('ends in one generation when several processes start at a time', async () => {
    for (const options of [GO_ON, ANEW]) {
      const { ports, registry } = stores();
      if (options === ANEW) await openGeneration(ports, SETTINGS, GO_ON);
      const opened = await Promise.all([1, 2, 3].map(() => openGeneration(ports, SETTINGS, options)));
      expect(new Set(opened.map(({ number }) => number)).size).toBe(1);
      expect(registry.record?.live).toBe(opened[0]?.number);
      expect(registry.record?.generations).toHaveLength(options === ANEW ? 2 : 1);
    }
  });

  it('does not give a process of former settings the generation of one that was ahead', async () => {
    const { ports } = stores();
    const outcomes = await Promise.allSettled([
      openGeneration(ports, SETTINGS, GO_ON),
      openGeneration(ports, { ...SETTINGS, businessTimeZone: 'UTC' }, GO_ON),
    ]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});

describe('opening again after a store was away in the middle of it', () => {
  const away = () => new Unavailable('planted');

  it.each([GO_ON, ANEW])('goes on with the number that was taken: %o', async (options) => {
    const { ports, registry, mongo, elasticsearch } = stores();
    if (options === ANEW) await openGeneration(ports, SETTINGS, GO_ON);
    const before = [...mongo.parts.keys()];
    const create = elasticsearch.create.bind(elasticsearch);
    elasticsearch.create = async () => {
      throw away();
    };
    const open = generationOpening(ports, SETTINGS, options);
    for (let attempt = 0; attempt < 3; attempt += 1) await expect(open()).rejects.toThrow(Unavailable);
    elasticsearch.create = create;
    const { number } = await open();
    expect(number).toBe(before.length + 1);
    expect([...mongo.parts.keys()]).toEqual([...before, number]);
    expect(registry.record).toMatchObject({ live: number });
  });

  it('finds what it has registered without being told', async () => {
    const { ports, registry } = stores();
    for (const operation of ['create', 'update'] as const) {
      const carryOut = registry[operation].bind(registry) as (given: never) => Promise<never>;
      registry[operation] = async (given: never) => {
        await carryOut(given);
        throw away();
      };
      const open = generationOpening(ports, SETTINGS, ANEW);
      await expect(open()).rejects.toThrow(Unavailable);
      registry[operation] = carryOut;
      const generation = await open();
      expect(registry.record?.live).toBe(generation.number);
    }
    expect(registry.record?.generations.map(({ number }) => number)).toEqual([1, 2]);
  });

  it('takes that of another process that was ahead meanwhile', async () => {
    const { ports, registry, elasticsearch } = stores();
    await openGeneration(ports, SETTINGS, GO_ON);
    const create = elasticsearch.create.bind(elasticsearch);
    elasticsearch.create = async () => {
      throw away();
    };
    const open = generationOpening(ports, SETTINGS, ANEW);
    await expect(open()).rejects.toThrow(Unavailable);
    elasticsearch.create = create;
    const other = await openGeneration(ports, SETTINGS, ANEW);
    expect(await open()).toEqual(other);
    expect(registry.record?.generations).toHaveLength(2);
  });
});
