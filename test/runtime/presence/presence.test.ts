/** Servers that are away are waited for, each told of in one line; what no waiting cures is thrown at once. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createLog, type Log } from '../../../runtime/log.js';
import { elasticsearchServer } from '../../../runtime/presence/elasticsearch.js';
import { kafkaServer } from '../../../runtime/presence/kafka.js';
import { mongoServer } from '../../../runtime/presence/mongodb.js';
import { absentOf, Presence } from '../../../runtime/presence/presence.js';
import type { Server } from '../../../runtime/presence/server.js';
import { SettingsError } from '../../../runtime/settings.js';
import { until } from '../../until.js';

function server(name: Server['name'], probe: () => Promise<void>): Server {
  return { name, setting: `${name.toUpperCase()}_AT`, address: `${name}.example:1`, probe };
}

function logged(): { log: Log; lines: () => { level: number; msg: string }[] } {
  let text = '';
  const destination = new Writable({
    write(chunk, _encoding, done) {
      text += chunk;
      done();
    },
  });
  const lines = () => text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
  return { log: createLog('test', 'info', destination), lines };
}

const NOT_ENDED = new AbortController().signal;

describe('waiting for servers', () => {
  it('tells of each that is away once, where it was looked for and by which setting, and of its arrival', async () => {
    const { log, lines } = logged();
    const away = { Kafka: true, MongoDB: true };
    const refusing = (name: 'Kafka' | 'MongoDB') =>
      server(name, async () => {
        if (away[name]) throw new Error('connect ECONNREFUSED\nat somewhere');
      });
    const presence = new Presence(
      [refusing('Kafka'), refusing('MongoDB'), server('Elasticsearch', async () => {})],
      log,
    );
    const waiting = presence.untilAllAnswer(NOT_ENDED);
    expect(await presence.lackOf('Kafka')).toBe(
      'Kafka does not answer at Kafka.example:1 (KAFKA_AT): connect ECONNREFUSED',
    );
    expect(await presence.lackOf('Elasticsearch')).toBeNull();
    expect(presence.lacking).toHaveLength(2);
    away.MongoDB = false;
    await until('MongoDB to be found', async () => presence.lacking.length === 1);
    away.Kafka = false;
    await waiting;
    expect(presence.lacking).toEqual([]);
    expect(
      lines()
        .map(({ msg }) => msg)
        .sort(),
    ).toEqual([
      'Kafka answers',
      'Kafka does not answer at Kafka.example:1 (KAFKA_AT): connect ECONNREFUSED. Waiting for it.',
      'MongoDB answers',
      'MongoDB does not answer at MongoDB.example:1 (MONGODB_AT): connect ECONNREFUSED. Waiting for it.',
    ]);
  });

  it('tells within a second of one that says nothing at all, and ends at once when it is no longer wanted', async () => {
    const begun = performance.now();
    const ending = new AbortController();
    const presence = new Presence([server('MongoDB', () => new Promise(() => {}))], logged().log);
    const waiting = presence.untilAllAnswer(ending.signal);
    expect(await presence.lackOf('MongoDB')).toContain('no answer yet');
    expect(performance.now() - begun).toBeLessThan(1_000);
    ending.abort(new Error('stopped'));
    await expect(waiting).rejects.toThrow('stopped');
  });

  it('ends for those who ask, too, where it would not help', async () => {
    const refused = server('MongoDB', async () => {
      throw new SettingsError('MongoDB refuses the credentials.');
    });
    const begun = performance.now();
    const presence = new Presence([server('Kafka', () => new Promise(() => {})), refused], logged().log);
    await expect(presence.untilAllAnswer(NOT_ENDED)).rejects.toThrow(SettingsError);
    expect(await presence.lackOf('MongoDB')).toBe('MongoDB refuses the credentials.');
    expect(await presence.lackOf('Kafka')).toContain('no answer yet');
    // It was not the silence that told.
    expect(performance.now() - begun).toBeLessThan(600);
  });

  it.each(['before', 'after'])('ends for those who ask, too, when it is stopped %s it has begun', async (when) => {
    const ending = new AbortController();
    const begun = performance.now();
    const presence = new Presence([server('MongoDB', () => new Promise(() => {}))], logged().log);
    if (when === 'before') ending.abort(new Error('stopped'));
    const waiting = expect(presence.untilAllAnswer(ending.signal)).rejects.toThrow('stopped');
    ending.abort(new Error('stopped'));
    await waiting;
    expect(await presence.lackOf('MongoDB')).toContain('no answer yet');
    expect(performance.now() - begun).toBeLessThan(600);
  });

  it('is not begun where it would not help', async () => {
    const refused = server('MongoDB', async () => {
      throw new SettingsError('MongoDB refuses the credentials.');
    });
    await expect(new Presence([refused], logged().log).untilAllAnswer(NOT_ENDED)).rejects.toThrow(SettingsError);
    await expect(absentOf([refused])).rejects.toThrow(SettingsError);
  });
});

describe('servers', () => {
  it.each([
    kafkaServer(['127.0.0.1:1'], 'test'),
    elasticsearchServer('http://user:secret@127.0.0.1:1'),
    mongoServer('mongodb://user:secret@127.0.0.1:1/?authSource=secret', 'test'),
  ])('that are not there are named, with their address and without secrets: $name', async (away) => {
    const [sentence] = await absentOf([away]);
    expect(sentence).toMatch(/^\w+ does not answer at .*127\.0\.0\.1:1\/? \(\w+\): .*ECONNREFUSED/);
    expect(sentence).not.toContain('secret');
  });

  it.each([
    [401, 'refuses the credentials'],
    [404, 'is not Elasticsearch'],
  ])('that answer %i are no use: what answers %s', async (status, why) => {
    const { url, close } = await answering(status);
    await expect(elasticsearchServer(url).probe()).rejects.toThrow(why);
    await expect(elasticsearchServer(url).probe()).rejects.toThrow(SettingsError);
    await close();
  });

  it.each([503, 429, 500])('that answer %i are away', async (status) => {
    const { url, close } = await answering(status);
    expect(await absentOf([elasticsearchServer(url)])).toHaveLength(1);
    await close();
  });

  it('that permit everything but to ask how they are, are there', async () => {
    const { url, close } = await answering(403);
    await elasticsearchServer(url).probe();
    await close();
  });

  it('whose address is none are refused by the name of the setting', async () => {
    await expect(mongoServer('mongodb://user:s@cret@host', 'test').probe()).rejects.toThrow(
      /^MONGODB_URL cannot be used/,
    );
  });
});

async function answering(status: number): Promise<{ url: string; close: () => Promise<void> }> {
  const http = createServer((_request, response) => {
    response.writeHead(status, { 'X-Elastic-Product': 'Elasticsearch', 'Content-Type': 'application/json' });
    response.end('{}');
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => new Promise((resolve) => http.close(() => resolve())) };
}
