/** Secrets of the settings are in nothing that anybody reads. */
import { MongoClient } from 'mongodb';
import { beforeAll, describe, expect, it } from 'vitest';
import { apiSettings } from '../../api/composition/settings.js';
import { projectorSettings } from '../../projector/composition/settings.js';
import { createLog } from '../../runtime/log.js';
import { mongoServer } from '../../runtime/presence/mongodb.js';
import { serversOf } from '../../runtime/presence/servers.js';
import { messageOf } from '../../runtime/retrying.js';
import { concealed, placeOf, secretsInAddress, withoutSecrets } from '../../runtime/secrets.js';
import { readSettings, secrecyOf } from '../../runtime/settings.js';
import { readConfig } from '../../sample/config.js';

const SECRET = 'g3he1m!';

const ADDRESSES = [
  `mongodb://user:${SECRET}@h:27017/`,
  `mongodb://user:pa@ss-${SECRET}@h:27017,i:27018/db`,
  `mongodb://user:pa/${SECRET}@h:27017/`,
  `mongodb://h/?password=${SECRET}`,
  `mongodb://h/?tls=true&tlsCertificateKeyFilePassword=${SECRET}`,
  `mongodb://h/?authMechanism=MONGODB-AWS&authMechanismProperties=AWS_SESSION_TOKEN:${SECRET}`,
  `mongodb://h/?proxyHost=p&proxyPassword=${SECRET}`,
  `mongodb+srv://user:${SECRET}@h/?retryWrites=true`,
  `http://user:${SECRET}@h:9200/?a=b`,
  `https://h:9200/?api_key=${SECRET}`,
  `user:${SECRET}@h:9092`,
  `sasl://user:${SECRET}@h:9092`,
];

function logged(value: object): string {
  const lines: string[] = [];
  createLog('test', 'info', { write: (line) => void lines.push(line) }).info(value, 'said');
  const [line = ''] = lines;
  JSON.parse(line);
  return line;
}

describe('an address with a secret', () => {
  it.each(ADDRESSES)('is shown without: %s', (address) => {
    expect(placeOf(address)).not.toContain(SECRET);
    expect(secretsInAddress(address).join(' ')).toContain(SECRET);
  });

  it.each(ADDRESSES.filter((address) => address.includes('://')))(
    'is logged without, wherever it stands: %s',
    (url) => {
      const nested = { err: new Error(`Cannot reach ${url} now`), deep: { list: [{ url }] } };
      expect(logged(nested)).not.toContain(SECRET);
      expect(logged(nested)).toContain('Cannot reach');
      expect(concealed(`first ${url}, then "${url}"`)).not.toContain(SECRET);
    },
  );
});

describe('settings', () => {
  it.each([
    ['the projector', projectorSettings],
    ['the API', apiSettings],
  ])('of %s that can hold secrets are declared to', (_, schema) => {
    const bearing = Object.keys(schema.shape).filter((name) => secrecyOf(schema, name) !== null);
    const suspicious = Object.keys(schema.shape).filter((name) => /URL|BROKERS|TOKEN|SECRET|PASSW|_KEY$/.test(name));
    expect(bearing.sort()).toEqual(suspicious.sort());
  });

  it.each([
    ['KAFKA_BROKERS', `user:${SECRET}@h:9092`],
    ['ELASTICSEARCH_URL', `user:${SECRET}@h:9200`],
    ['ELASTICSEARCH_URL', `http://user:${SECRET}%zz@h:9200`],
    ['MONGODB_URL', `user:${SECRET}@h:27017`],
    ['ADMIN_TOKEN', SECRET],
    ['NAMESPACE', `${SECRET}!`],
  ])('are refused without being quoted: %s=%s', (name, value) => {
    const read = () => readSettings(projectorSettings, { [name]: value });
    expect(read).toThrow(name);
    expect(read).not.toThrow(SECRET);
  });

  it('of the sample are, too', () => {
    const read = () => readConfig({ KAFKA_BROKERS: `${SECRET}@h:9092` }, []);
    expect(read).toThrow('KAFKA_BROKERS');
    expect(read).not.toThrow(SECRET);
  });
});

describe('once settings are read', () => {
  const url = `mongodb://user:${encodeURIComponent('p/ss:w@rd')}@h:1/?proxyPassword=pr0xy-pass`;
  beforeAll(() => {
    readSettings(projectorSettings, { MONGODB_URL: url, ADMIN_TOKEN: 'sixteen-or-more-letters', NAMESPACE: 'shop' });
  });

  it.each(['p/ss:w@rd', 'pr0xy-pass', 'sixteen-or-more-letters'])('no message quotes %s', (secret) => {
    expect(messageOf(new Error(`Invalid value "${secret}"`))).toBe('Invalid value "…"');
    expect(logged({ err: new Error(`got ${secret}`) })).not.toContain(secret);
    expect(logged({ value: `"${secret}"` })).not.toContain(secret);
  });

  it('what else is said stays as it is', () => {
    const sentence = 'The namespace shop of user at h:1 (MONGODB_URL) is read.';
    expect(concealed(sentence)).toBe(sentence);
    expect(JSON.parse(logged({ sentence, number: 16, none: null }))).toMatchObject({
      sentence,
      number: 16,
      none: null,
    });
  });

  it('a server is told of without them, and so is a URL that its driver refuses', async () => {
    const settings = { KAFKA_BROKERS: ['h:1'], ELASTICSEARCH_URL: `http://u:${SECRET}@h:1/`, MONGODB_URL: url };
    for (const { address } of serversOf({ ...settings, NAMESPACE: 'shop' }))
      expect(address).not.toMatch(/@|p%2F|pr0xy/);
    expect(() => new MongoClient('mongodb://h/?readPreference=pr0xy-pass')).toThrow('pr0xy-pass');
    const probe = mongoServer('mongodb://h/?readPreference=pr0xy-pass', 'shop').probe();
    await expect(probe).rejects.toThrow('Invalid read preference mode "…"');
  });
});

describe('what is no secret', () => {
  it('of the properties of a mechanism is not kept as one', () => {
    const properties = `SERVICE_NAME:mongodb,CANONICALIZE_HOST_NAME:true,AWS_SESSION_TOKEN:${SECRET}`;
    for (const written of [properties, encodeURIComponent(properties)]) {
      const secrets = secretsInAddress(`mongodb://h/?authMechanismProperties=${written}&appName=a`);
      expect([...new Set(secrets)].filter((secret) => secret !== '').map(decodeURIComponent)).toEqual([SECRET]);
    }
  });

  it.each(['orders', '2026', 'test', 'pa/test', 'info', String(process.pid), 'audit'])(
    'stays readable though a password is %s',
    (password) => {
      readSettings(projectorSettings, { MONGODB_URL: `mongodb://user:${encodeURIComponent(password)}@h:1/` });
      const said = {
        topic: 'orders',
        server: 'db1.test:27017',
        at: '2026-11-27T10:00:00.000Z',
        names: 'latest auditor',
      };
      const line = JSON.parse(logged(said));
      expect(line).toMatchObject({ ...said, level: 30, name: 'test', pid: process.pid, msg: 'said' });
      expect(new Date(line.time).toISOString()).toBe(line.time);
    },
  );

  it('is told from a short password that stands alone', () => {
    readSettings(projectorSettings, { MONGODB_URL: 'mongodb://user:audit@h:1/' });
    for (const text of ['got "audit"', 'audit', 'is audit.', 'user:audit@h', 'audit is wrong']) {
      expect(concealed(text)).toBe(text.replace('audit', '…'));
    }
    // Under a name that the head of a line has, too.
    expect(logged({ name: 'audit', time: 'audit', pid: 'audit' })).not.toContain('audit');
  });
});

describe('the URL of a request', () => {
  it.each([
    ['/v1/orders?%6Bey=s3', '/v1/orders?%6Bey=…'],
    ['/v1/orders?a=1;token=s3', '/v1/orders?a=1;token=…'],
    ['/v1/orders?key', '/v1/orders?key'],
    ['/v1/x.eyJa.b.c/y', '/v1/x.…/y'],
  ])('is logged as is right: %s', (url, shown) => expect(withoutSecrets(url)).toBe(shown));

  it('is cut', () => expect(withoutSecrets(`/v1?q=${'a'.repeat(100_000)}`)).toHaveLength(2_001));
});
