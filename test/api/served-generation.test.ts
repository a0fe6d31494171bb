import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { NotReady, StoreUnavailable } from '../../api/ports/errors.js';
import { ServedGeneration } from '../../api/serving/served-generation.js';
import type { RegistryRecord } from '../../runtime/storage/records.js';
import { servedOf } from './server.js';

function world() {
  const state = { now: 0, reads: 0, read: async (): Promise<RegistryRecord | null> => servedOf(1).registry };
  const source = {
    read: () => {
      state.reads += 1;
      return state.read();
    },
  };
  return { state, served: new ServedGeneration(source, () => state.now) };
}

describe('the generation that is served', () => {
  it('is missed once, and again when it was there meanwhile', async () => {
    let told = 0;
    let registry: RegistryRecord | null = null;
    const times = { now: 0 };
    const served = new ServedGeneration(
      { read: async () => registry },
      () => times.now,
      () => {
        told += 1;
      },
    );
    for (let i = 0; i < 3; i += 1) await expect(served.live()).rejects.toThrow(NotReady);
    expect(told).toBe(1);
    registry = servedOf(1).registry;
    await served.live();
    registry = null;
    times.now = 2_000;
    for (let i = 0; i < 3; i += 1) await expect(served.live()).rejects.toThrow(NotReady);
    expect(told).toBe(2);
  });

  it('is read by one request at a time, and not again for half a second', async () => {
    const { state, served } = world();
    await Promise.all([served.live(), served.live()]);
    state.now = 500;
    await served.live();
    expect(state.reads).toBe(1);
  });

  it('is read ahead of time while it is asked for, and nobody waits for that', async () => {
    const { state, served } = world();
    await served.live();
    state.now = 501;
    state.read = async () => servedOf(2).registry;
    expect((await served.live()).live.number).toBe(1);
    await expect.poll(async () => (await served.live()).live.number).toBe(2);
    expect(state.reads).toBe(2);
  });

  it('is at most a second old', async () => {
    const { state, served } = world();
    await served.live();
    state.now = 1_001;
    state.read = async () => servedOf(2).registry;
    expect((await served.live()).live.number).toBe(2);
    expect(state.reads).toBe(2);
  });

  it('is not ready while the registry names none', async () => {
    const { state, served } = world();
    state.read = async () => null;
    await expect(served.live()).rejects.toThrow(NotReady);
    state.read = async () => ({ ...servedOf(1).registry, live: 7 });
    await expect(served.live()).rejects.toThrow(NotReady);
    state.read = async () => servedOf(1).registry;
    expect((await served.live()).live.number).toBe(1);
  });

  it('stays what it was while the registry cannot be read, and is known again as soon as it can', async () => {
    const { state, served } = world();
    await served.live();
    state.now = 5_000;
    state.read = () => Promise.reject(new StoreUnavailable('mongodb', { cause: 'down' }));
    expect((await served.live()).live.number).toBe(1);
    state.read = async () => servedOf(2).registry;
    await expect.poll(async () => (await served.live()).live.number).toBe(2);
    state.now = 6_001;
    state.read = async () => servedOf(3).registry;
    expect((await served.live()).live.number).toBe(3);
  });

  it('is waited for while the registry is slow, again and again', async () => {
    const { state, served } = world();
    await served.live();
    for (const number of [2, 3]) {
      state.now += 1_001;
      state.read = async () => {
        await setTimeout(400);
        return servedOf(number).registry;
      };
      expect((await served.live()).live.number).toBe(number);
    }
  });

  it('is as old as the beginning of the read that told it', async () => {
    const { state, served } = world();
    state.read = async () => {
      state.now += 900;
      return servedOf(1).registry;
    };
    await served.live();
    state.now += 101;
    state.read = async () => servedOf(2).registry;
    expect((await served.live()).live.number).toBe(2);
  });

  it('is waited for once when the registry does not answer at all', async () => {
    const { state, served } = world();
    await served.live();
    state.now = 10_000;
    state.read = () => new Promise(() => {});
    expect((await served.live()).live.number).toBe(1);
    state.now = 20_000;
    expect((await served.live()).live.number).toBe(1);
    expect(state.reads).toBe(2);
  });

  it('is unknown when the registry could never be read', async () => {
    const { state, served } = world();
    state.read = () => Promise.reject(new StoreUnavailable('mongodb', { cause: 'down' }));
    await expect(served.live()).rejects.toThrow(StoreUnavailable);
  });
});
