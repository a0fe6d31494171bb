/** Empty generations on the real servers, one after another, for tests of one file. */
import { afterAll, beforeAll } from 'vitest';
import type { GenerationRecord } from '../../../runtime/storage/records.js';
import { openNamespace, type RealServers } from '../../real-servers.js';
import { generationRecord } from './generation-record.js';

export interface EmptyGeneration {
  readonly servers: RealServers;
  readonly record: GenerationRecord;
  readonly number: number;
}

/** `name`: see `openNamespace`. Ask the returned function within tests; each call gives the next generation. */
export function generationsFor(
  name: string,
  create: (servers: RealServers, record: GenerationRecord) => Promise<void>,
) {
  let servers: RealServers | undefined;
  let number = 0;
  beforeAll(async () => {
    servers = await openNamespace(name);
  });
  afterAll(() => servers?.remove());
  return async (): Promise<EmptyGeneration> => {
    if (servers === undefined) throw new Error('Generations are there within tests only.');
    number += 1;
    const record = generationRecord(number);
    await create(servers, record);
    return { servers, record, number };
  };
}
