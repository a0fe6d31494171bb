import { readdir, readFile, readlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { codeOf, StackFailure } from './failure.js';

const HIGHEST_PORT = 65_535;

/** A port from the environment. @throws StackFailure when it is no port number. */
export function portFrom(variable: string, fallback: number): number {
  const text = process.env[variable]?.trim();
  if (!text) return fallback;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= HIGHEST_PORT) return port;
  throw new StackFailure(`${variable} is "${text}": give a port number from 1 to ${HIGHEST_PORT}.`);
}

/** That many different ports of 127.0.0.1 on which nothing listens. */
export async function freePorts(count: number): Promise<number[]> {
  const held = await Promise.all(Array.from({ length: count }, () => hold(0, '127.0.0.1')));
  await Promise.all(held.map(({ release }) => release()));
  return held.map(({ port }) => port);
}

/** @throws StackFailure, naming who holds the port, when it is busy. */
export async function assertPortFree(port: number, what: string, variable: string, host = '127.0.0.1'): Promise<void> {
  try {
    await (await hold(port, host)).release();
  } catch (error) {
    if (codeOf(error) !== 'EADDRINUSE') {
      throw new StackFailure(
        `Port ${port} on ${host} for ${what} cannot be used (${codeOf(error) ?? error}); set ${variable} to another one.`,
      );
    }
    const owner = await ownerOf(port).catch(() => undefined);
    const by = owner ? ` by ${owner}` : '';
    throw new StackFailure(`Port ${port} for ${what} is in use${by}: stop that, or set ${variable} to another port.`);
  }
}

function hold(port: number, host: string): Promise<{ port: number; release: () => Promise<void> }> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, host, () => {
      const address = server.address();
      const release = () => new Promise<void>((done) => server.close(() => done()));
      if (address === null || typeof address === 'string') reject(new Error('A listening server has no port.'));
      else resolve({ port: address.port, release });
    });
  });
}

/** The process that listens, e.g. `java (pid 4711)`; undefined where the system does not tell. */
async function ownerOf(port: number): Promise<string | undefined> {
  const inodes = await listeningInodes(port);
  if (inodes.size === 0) return undefined;
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    const files = await readdir(`/proc/${pid}/fd`).catch(() => []);
    for (const file of files) {
      const target = await readlink(`/proc/${pid}/fd/${file}`).catch(() => '');
      if (!inodes.has(target)) continue;
      const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => 'a process');
      return `${name.trim()} (pid ${pid})`;
    }
  }
  return undefined;
}

async function listeningInodes(port: number): Promise<Set<string>> {
  const LISTENING = '0A';
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((file) => readFile(file, 'utf8').catch(() => '')),
  );
  const inodes = new Set<string>();
  for (const line of tables.join('\n').split('\n')) {
    const columns = line.trim().split(/\s+/);
    const [, local, , state] = columns;
    if (local?.endsWith(`:${hexPort}`) && state === LISTENING) inodes.add(`socket:[${columns[9]}]`);
  }
  return inodes;
}
