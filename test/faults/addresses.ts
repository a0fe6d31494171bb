/** Where the servers of the fault tests will listen. Each test file starts its own there. */
import { createServer } from 'node:net';
import type { TestProject } from 'vitest/node';

/**
 * Below the ports that systems give to outgoing connections. There, a client that tries again and again to reach a
 * server that is down would now and then be given the server's own port, and keep it from coming back.
 */
const LOWEST_PORT = 20_000;
const HIGHEST_PORT = 29_999;

export default async function setup(project: TestProject): Promise<void> {
  const [kafka, elasticsearch, mongodb] = await freePorts(3);
  project.provide('KAFKA_BROKERS', `127.0.0.1:${kafka}`);
  project.provide('ELASTICSEARCH_URL', `http://127.0.0.1:${elasticsearch}`);
  project.provide('MONGODB_URL', `mongodb://127.0.0.1:${mongodb}`);
}

/** @throws Error when there are not so many. */
async function freePorts(count: number): Promise<number[]> {
  const span = HIGHEST_PORT - LOWEST_PORT + 1;
  const first = Math.floor(Math.random() * span);
  const free: number[] = [];
  for (let i = 0; i < span && free.length < count; i += 1) {
    const port = LOWEST_PORT + ((first + i) % span);
    if (await isFree(port)) free.push(port);
  }
  if (free.length < count)
    throw new Error(`Of the ports from ${LOWEST_PORT} to ${HIGHEST_PORT} not ${count} are free.`);
  return free;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
