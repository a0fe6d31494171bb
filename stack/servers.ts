import { fetchElasticsearch, startElasticsearch } from './elasticsearch.js';
import { findJava, type Java } from './java.js';
import { fetchKafka, startKafka } from './kafka.js';
import { Maven } from './maven.js';
import { fetchMongo, startMongo } from './mongodb.js';
import { assertPortFree, freePorts, portFrom } from './ports.js';
import { type Progress, secondsSince } from './progress.js';
import type { Run } from './run.js';

interface EmbeddedServer {
  name: string;
  /** Names an existing server instead. */
  addressVariable: AddressVariable;
  portVariable: string;
  defaultPort: number;
  addressOf: (port: number) => string;
  fetch: (maven: Maven) => Promise<string>;
  start: (run: Run, java: Java, files: string, port: number) => Promise<void>;
}

type AddressVariable = 'KAFKA_BROKERS' | 'ELASTICSEARCH_URL' | 'MONGODB_URL';

/** Under the names of the environment variables by which the processes are told. */
export type Addresses = Record<AddressVariable, string>;

const SERVERS: readonly EmbeddedServer[] = [
  {
    name: 'kafka',
    addressVariable: 'KAFKA_BROKERS',
    portVariable: 'STACK_KAFKA_PORT',
    defaultPort: 9092,
    addressOf: (port) => `127.0.0.1:${port}`,
    fetch: fetchKafka,
    start: startKafka,
  },
  {
    name: 'elasticsearch',
    addressVariable: 'ELASTICSEARCH_URL',
    portVariable: 'STACK_ELASTICSEARCH_PORT',
    defaultPort: 9200,
    addressOf: (port) => `http://127.0.0.1:${port}`,
    fetch: fetchElasticsearch,
    start: startElasticsearch,
  },
  {
    name: 'mongodb',
    addressVariable: 'MONGODB_URL',
    portVariable: 'STACK_MONGODB_PORT',
    defaultPort: 27017,
    addressOf: (port) => `mongodb://127.0.0.1:${port}`,
    fetch: fetchMongo,
    start: startMongo,
  },
];

/**
 * Starts the embedded servers side by side, but those whose address is given in the environment.
 * @param ports `settings`: the fixed ones that other programs rely on; `free`: any.
 * @throws StackFailure
 */
export async function startServers(run: Run, progress: Progress, ports: 'settings' | 'free'): Promise<Addresses> {
  const addresses: Addresses = { KAFKA_BROKERS: '', ELASTICSEARCH_URL: '', MONGODB_URL: '' };
  const embedded: { server: EmbeddedServer; port: number }[] = [];
  const spare = await freePorts(SERVERS.length);
  for (const [index, server] of SERVERS.entries()) {
    const given = process.env[server.addressVariable]?.trim();
    if (given) {
      addresses[server.addressVariable] = given;
      progress(server.name, `using ${server.addressVariable} of the environment`);
      continue;
    }
    const free = spare[index] ?? server.defaultPort;
    const port = ports === 'free' ? free : portFrom(server.portVariable, server.defaultPort);
    await assertPortFree(port, server.name, server.portVariable);
    addresses[server.addressVariable] = server.addressOf(port);
    embedded.push({ server, port });
  }
  if (embedded.length === 0) return addresses;
  const java = await findJava();
  const maven = new Maven(run, progress);
  await Promise.all(embedded.map(({ server, port }) => bringUp(run, progress, java, maven, server, port)));
  return addresses;
}

async function bringUp(
  run: Run,
  progress: Progress,
  java: Java,
  maven: Maven,
  server: EmbeddedServer,
  port: number,
): Promise<void> {
  const files = await server.fetch(maven);
  const startedMs = performance.now();
  progress(server.name, 'starting');
  await server.start(run, java, files, port);
  progress(server.name, `up in ${secondsSince(startedMs)} at ${server.addressOf(port)}`);
}
