import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { StackFailure } from './failure.js';
import { type Progress, secondsSince } from './progress.js';
import type { Run } from './run.js';

const PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1';
const REMINDER_MS = 5_000;

/** Coordinates of an artifact, e.g. `org.apache.kafka:kafka_2.13:4.3.0`, with `:zip` for another packaging. */
export type Coordinates = string;

/** Fetches artifacts with the user's own Maven and its settings. */
export class Maven {
  // One at a time: two Mavens may spoil each other's local repository.
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly run: Run,
    private readonly progress: Progress,
  ) {}

  /** Puts the artifact's jar and those that it needs at run time into the folder. */
  async copyWithDependencies(part: string, artifact: Coordinates, folder: string): Promise<void> {
    const project = path.join(this.run.folder, `${part}-pom.xml`);
    await writeFile(project, projectNeeding(artifact));
    const goal = [`${PLUGIN}:copy-dependencies`, '-DincludeScope=runtime', `-DoutputDirectory=${folder}`];
    await this.execute(part, artifact, ['-f', project, ...goal]);
  }

  /** Unpacks the artifact, an archive, into the folder. */
  async unpack(part: string, artifact: Coordinates, folder: string): Promise<void> {
    await this.execute(part, artifact, [`${PLUGIN}:unpack`, `-Dartifact=${artifact}`, `-DoutputDirectory=${folder}`]);
  }

  private execute(part: string, artifact: Coordinates, args: string[]): Promise<void> {
    const turn = this.last.then(() => this.executeNow(part, artifact, args));
    this.last = turn.catch(() => undefined);
    return turn;
  }

  private async executeNow(part: string, artifact: Coordinates, args: string[]): Promise<void> {
    const startedMs = performance.now();
    this.progress(part, `downloading ${artifact} (the first time only)`);
    const reminder = setInterval(
      () => this.progress(part, `still downloading, ${secondsSince(startedMs)}`),
      REMINDER_MS,
    );
    const service = this.run.launch({
      name: `maven-${part}`,
      command: 'mvn',
      // Not with strict checksums: some mirrors have none. What is fetched is compared with a list of our own.
      args: ['-B', '-ntp', ...args],
      folder: this.run.folder,
    });
    const exit = await service.exited.finally(() => clearInterval(reminder));
    if (exit === 'ENOENT') throw mavenMissing();
    if (exit !== 0) throw await downloadFailed(artifact, service.logFile);
    this.progress(part, `downloaded in ${secondsSince(startedMs)}`);
  }
}

function projectNeeding(artifact: Coordinates): string {
  const [group, name, version] = artifact.split(':');
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>stack</groupId>
  <artifactId>stack</artifactId>
  <version>1</version>
  <dependencies>
    <dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version></dependency>
  </dependencies>
</project>
`;
}

function mavenMissing(): StackFailure {
  return new StackFailure(
    'Maven (the command mvn) is needed to download the embedded servers and was not found: install it, ' +
      'or give the addresses of servers in KAFKA_BROKERS, ELASTICSEARCH_URL and MONGODB_URL.',
  );
}

async function downloadFailed(artifact: Coordinates, logFile: string): Promise<StackFailure> {
  const log = await readFile(logFile, 'utf8').catch(() => '');
  const reason = /^\[ERROR\] (.+?)(?: -> \[Help 1\])?$/m.exec(log)?.[1] ?? log.trim().split('\n').at(-1) ?? '';
  return new StackFailure(
    `Maven could not download ${artifact}: check the network and your Maven settings ` +
      `(its output is in ${logFile}; it says: ${reason.slice(0, 300)}).`,
  );
}
