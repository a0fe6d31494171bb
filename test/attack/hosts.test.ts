/** Pages whose names were made to resolve to the API (DNS rebinding): what they ask for names them. */
import { connect } from 'node:net';
import { hostname } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { apiSettings, hostsOf } from '../../api/composition/settings.js';
import type { HostRule } from '../../runtime/hosts.js';
import { readSettings, SettingsError } from '../../runtime/settings.js';
import { order } from '../api/documents.js';
import { memoryReader, serve, type TestServer } from '../api/server.js';

const reader = memoryReader({ orders: [order('o-1')] });
const hosts = (env: Record<string, string>) => hostsOf(readSettings(apiSettings, env));

let server: TestServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

/** The status that these lines are answered with. */
async function statusOf(rule: HostRule | null, target: string, ...headers: readonly string[]): Promise<number> {
  server ??= await serve({ elasticsearch: reader, mongodb: reader, entrance: { hosts: rule } });
  const { hostname, port } = new URL(server.url);
  const version = headers.length === 0 ? '1.0' : '1.1';
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(Number(port), hostname, () => {
      socket.write(`${[`GET ${target} HTTP/${version}`, ...headers, 'Connection: close'].join('\r\n')}\r\n\r\n`);
    });
    socket.on('data', (data) => {
      text += data;
    });
    socket.on('close', () => resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1])));
    socket.on('error', reject);
  });
}

describe('open on a network', () => {
  const open = hosts({ ACCESS_OPEN_ON_NETWORK: 'on', API_HOST: '0.0.0.0', ALLOWED_HOSTS: 'Shop.Example' });

  it('answers under addresses, localhost and the names that are listed', async () => {
    for (const host of ['127.0.0.1:8080', '[::1]', '10.1.2.3:8080', '[fe80::1]:80', 'localhost', 'SHOP.example:8080']) {
      expect(await statusOf(open, '/v1/orders', `Host: ${host}`), host).toBe(200);
    }
  });

  it('answers under names that no public DNS can hold, and its own', async () => {
    const local = [
      ...['API:8080', 'my_host-1', '3f2a9c', 'x.localhost', 'shop.local', 'orders.shop.internal', 'api.test'],
      ...['api.home.arpa', 'api.shop.svc.cluster.local:80', hostname()],
    ];
    for (const host of local) expect(await statusOf(open, '/v1/orders', `Host: ${host}`), host).toBe(200);
  });

  it('answers under no other name, however it is written', async () => {
    const names = [
      'evil.example',
      'evil.example:8080',
      'api.evil.example',
      'localhost.evil.example',
      '10.1.2.3.nip.io',
      'local.evil.example',
      'evil.localx',
      'evil.xlocal',
      'home.arpa.example',
      'x.arpa',
    ];
    const odd = [
      '',
      'api:80:80',
      'evil@api',
      'api@evil',
      '[api]x',
      '[evil.example]',
      '0x7f.1',
      '2130706433',
      '0x7f000001',
      '.local',
      'a..local',
      'api.',
      'a b',
    ];
    for (const host of [...names, ...odd]) {
      expect([400, 421], host).toContain(await statusOf(open, '/v1/orders', `Host: ${host}`));
    }
    for (const path of [
      '/health',
      '/health/',
      '/health/x',
      '/health/../v1/orders',
      '/openapi.json',
      '/metrics',
      '/docs',
      '/',
    ]) {
      expect(await statusOf(open, path, 'Host: evil.example'), path).toBe(421);
    }
  });

  it('tells its health under any name, and nothing else', async () => {
    for (const path of ['/health/ready', '/health/live', 'http://evil.example/health/live']) {
      expect(await statusOf(open, path, 'Host: evil.example'), path).toBe(200);
    }
  });

  it('goes by the authority of the target before the header', async () => {
    expect(await statusOf(open, 'http://evil.example/v1/orders', 'Host: localhost')).toBe(421);
    expect(await statusOf(open, 'HTTP://evil.example:80/v1/orders', 'Host: localhost')).toBe(421);
    expect(await statusOf(open, 'http://localhost@evil.example/v1/orders', 'Host: localhost')).toBe(400);
    expect(await statusOf(open, 'http://localhost/v1/orders', 'Host: evil.example')).toBe(200);
    expect(await statusOf(open, '//evil.example/v1/orders', 'Host: localhost')).toBe(404);
  });

  it('is asked by no browser without a name, or under two', async () => {
    expect(await statusOf(open, '/v1/orders')).toBe(200);
    expect([400, 421]).toContain(await statusOf(open, '/v1/orders', 'Host: localhost', 'Host: evil.example'));
    expect([400, 421]).toContain(await statusOf(open, '/v1/orders', 'Host: evil.example', 'Host: localhost'));
  });
});

describe('the names that are listed', () => {
  it('are none by themselves: open on a network means the own network, and else loopback', () => {
    const own = [hostname().toLowerCase()];
    const onNetwork = hosts({ ACCESS_OPEN_ON_NETWORK: 'on', API_HOST: '0.0.0.0' });
    expect(onNetwork).toEqual({ addresses: true, localNames: true, names: own });
    expect(hosts({})).toEqual({ addresses: false, localNames: false, names: [] });
    expect(hosts({ ALLOWED_HOSTS: 'shop.local' })).toEqual({
      addresses: false,
      localNames: false,
      names: ['shop.local'],
    });
  });

  it('are the only ones on loopback, but for health', async () => {
    const loopback = hosts({});
    for (const host of ['api', 'shop.local', '10.1.2.3', hostname()]) {
      expect(await statusOf(loopback, '/v1/orders', `Host: ${host}`), host).toBe(421);
      expect(await statusOf(loopback, '/health/ready', `Host: ${host}`), host).toBe(200);
    }
  });

  it('hold beside credentials, too, where there are any', () => {
    expect(hosts({ API_KEYS_FILE: 'keys.json' })).toBeNull();
    const listed = { addresses: true, localNames: false, names: ['api.example'] };
    expect(hosts({ API_KEYS_FILE: 'keys.json', ALLOWED_HOSTS: 'api.example' })).toEqual(listed);
  });

  it.each(['*', 'http://api', 'api:8080', '*.example', 'api/', 'a b', '[::1]', '.', 'a..b'])('cannot be %s', (name) => {
    expect(() => hosts({ ALLOWED_HOSTS: name })).toThrow(SettingsError);
    expect(() => hosts({ ALLOWED_HOSTS: name })).toThrow(/ALLOWED_HOSTS/);
  });
});
