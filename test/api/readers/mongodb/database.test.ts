import { afterEach, expect, inject, it } from 'vitest';
import { StoreUnavailable } from '../../../../api/ports/errors.js';
import { Database } from '../../../../api/readers/mongodb/database.js';
import { Gate } from '../../../flow/gate.js';

let gate: Gate;
let database: Database;
afterEach(async () => {
  await database.close();
  gate.close();
});

it('answers once MongoDB has come, however many questions have failed before', async () => {
  gate = await Gate.before(new URL(inject('MONGODB_URL')).host);
  const url = `mongodb://${gate.address}/?directConnection=true`;
  database = new Database({ url, namespace: `late-${process.pid}`, requestTimeoutMs: 200 });
  await expect(Promise.all([database.time(), database.ping()])).rejects.toThrow(StoreUnavailable);
  await expect(database.ping()).rejects.toThrow(StoreUnavailable);
  await gate.open();
  await expect.poll(() => database.ping().then(() => 'answered', String)).toBe('answered');
  expect(await database.time()).not.toBeNull();
});

it('connects no more once it is closed', async () => {
  gate = await Gate.before(new URL(inject('MONGODB_URL')).host);
  await gate.open();
  const url = `mongodb://${gate.address}/?directConnection=true`;
  database = new Database({ url, namespace: `late-${process.pid}`, requestTimeoutMs: 2_000 });
  await database.ping();
  await database.close();
  await expect(database.ping()).rejects.toThrow(StoreUnavailable);
});
