/** Whether MongoDB is there, and takes the credentials. */
import { afterEach, beforeEach, expect, inject, it } from 'vitest';
import { mongoServer } from '../../../../runtime/presence/mongodb.js';
import { absentOf } from '../../../../runtime/presence/presence.js';
import { SettingsError } from '../../../../runtime/settings.js';
import { type MongoProxy, mongoProxy } from '../../../fault-proxy/mongodb.js';

let proxy: MongoProxy;

beforeEach(async () => {
  proxy = await mongoProxy(inject('MONGODB_URL'));
});

afterEach(() => proxy.stop());

it.each([
  [18, 'Authentication failed.'],
  [13, 'Command find requires authentication'],
])('credentials that are refused (%i) end the waiting with a sentence', async (code, errmsg) => {
  proxy.inject('find', { kind: 'answer', reply: { ok: 0, code, errmsg } }, 2);
  const server = mongoServer(proxy.url, 'presence');
  await expect(server.probe()).rejects.toThrow(/^MongoDB at mongodb:.* refuses what MONGODB_URL gives as credentials/);
  await expect(server.probe()).rejects.toThrow(SettingsError);
});

it('is there when it answers, and away while it elects a primary or says nothing', async () => {
  const server = mongoServer(proxy.url, 'presence');
  expect(await absentOf([server])).toEqual([]);
  proxy.inject('find', { kind: 'answer', reply: { ok: 0, code: 13435, errmsg: 'not primary' } }, 2);
  expect(await absentOf([server])).toHaveLength(1);
  proxy.pause();
  expect(await absentOf([server])).toHaveLength(1);
  proxy.resume();
});
