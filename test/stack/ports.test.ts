import { createServer, type Server } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { assertPortFree, freePorts, portFrom } from '../../stack/ports.js';

let server: Server | undefined;

afterEach(async () => {
  vi.unstubAllEnvs();
  await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
  server = undefined;
});

test('a busy port is told in one sentence, with its holder where the system says', async () => {
  const [port = 0] = await freePorts(1);
  await expect(assertPortFree(port, 'kafka', 'STACK_KAFKA_PORT')).resolves.toBeUndefined();
  server = createServer();
  await new Promise<void>((resolve) => server?.listen(port, '127.0.0.1', resolve));
  const holder = process.platform === 'linux' ? ` by .*\\(pid ${process.pid}\\)` : '.*';
  await expect(assertPortFree(port, 'kafka', 'STACK_KAFKA_PORT')).rejects.toThrow(
    new RegExp(`^Port ${port} for kafka is in use${holder}: stop that, or set STACK_KAFKA_PORT to another port\\.$`),
  );
});

test('free ports differ from each other', async () => {
  const ports = await freePorts(5);
  expect(new Set(ports).size).toBe(5);
});

test('a port is read from the environment, and nonsense is refused by name', () => {
  expect(portFrom('STACK_KAFKA_PORT', 9092)).toBe(9092);
  vi.stubEnv('STACK_KAFKA_PORT', ' 19092 ');
  expect(portFrom('STACK_KAFKA_PORT', 9092)).toBe(19_092);
  for (const nonsense of ['0', '65536', '9092x', '-1', '1.5']) {
    vi.stubEnv('STACK_KAFKA_PORT', nonsense);
    expect(() => portFrom('STACK_KAFKA_PORT', 9092)).toThrow(/STACK_KAFKA_PORT is ".+": give a port number/);
  }
});
