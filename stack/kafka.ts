import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { cached } from './cache.js';
import { assertGenuine } from './checksums.js';
import { StackFailure } from './failure.js';
import type { Java } from './java.js';
import type { Maven } from './maven.js';
import { freePorts } from './ports.js';
import { untilReady } from './process.js';
import type { Run } from './run.js';

const VERSION = '4.3.0';
const CLUSTER_ID = 'cHJvamVjdG9yLXN0YWNrLQ';
const READY_TIMEOUT_MS = 90_000;

export async function fetchKafka(maven: Maven): Promise<string> {
  const name = `kafka-${VERSION}`;
  return cached(name, async (folder) => {
    await maven.copyWithDependencies('kafka', `org.apache.kafka:kafka_2.13:${VERSION}`, folder);
    await assertGenuine(name, folder);
  });
}

/** Starts one KRaft broker without data. @param jars is what fetchKafka gave. */
export async function startKafka(run: Run, java: Java, jars: string, port: number): Promise<void> {
  const [controllerPort] = await freePorts(1);
  const settings = path.join(run.folder, 'kafka.properties');
  await writeFile(settings, brokerSettings(port, controllerPort ?? 0, path.join(run.folder, 'kafka')));
  const classpath = path.join(jars, '*');
  const format = run.launch({
    name: 'kafka-format',
    command: java.executable,
    args: ['-XX:TieredStopAtLevel=1', '-cp', classpath, 'kafka.tools.StorageTool'].concat([
      'format',
      '--cluster-id',
      CLUSTER_ID,
      '--config',
      settings,
    ]),
  });
  if ((await format.exited) !== 0) {
    throw new StackFailure(`Kafka's storage could not be prepared; its output is in ${format.logFile}.`);
  }
  const service = run.launch({
    name: 'kafka',
    command: java.executable,
    args: ['-Xms256m', '-Xmx768m', '-XX:+ExitOnOutOfMemoryError', '-cp', classpath, 'kafka.Kafka', settings],
  });
  await untilReady(service, () => answers(`127.0.0.1:${port}`), READY_TIMEOUT_MS);
}

async function answers(broker: string): Promise<boolean> {
  const kafka = new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING, retry: { retries: 0 } });
  const admin = kafka.admin();
  try {
    await admin.connect();
    return (await admin.describeCluster()).brokers.length > 0;
  } finally {
    await admin.disconnect();
  }
}

function brokerSettings(port: number, controllerPort: number, folder: string): string {
  return `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controllerPort}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}
advertised.listeners=PLAINTEXT://127.0.0.1:${port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=${folder}
log.retention.ms=-1
log.retention.bytes=-1
group.initial.rebalance.delay.ms=0
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=4
`;
}
