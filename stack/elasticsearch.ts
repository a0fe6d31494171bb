import { chown, cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { limitedInTime } from '../runtime/time-limit.js';
import { cached } from './cache.js';
import { assertGenuine } from './checksums.js';
import { StackFailure } from './failure.js';
import { isOpenToAll } from './folders.js';
import type { Java } from './java.js';
import type { Maven } from './maven.js';
import { untilReady } from './process.js';
import type { Run } from './run.js';

const VERSION = '8.19.7';
const READY_TIMEOUT_MS = 180_000;
const NOBODY = 65_534;

export async function fetchElasticsearch(maven: Maven): Promise<string> {
  const artifact = `org.elasticsearch.distribution.integ-test-zip:elasticsearch:${VERSION}:zip`;
  const name = `elasticsearch-${VERSION}`;
  const folder = await cached(name, async (draft) => {
    await maven.unpack('elasticsearch', artifact, draft);
    await assertGenuine(name, draft);
  });
  return path.join(folder, name);
}

/** Starts one node without data. @param distribution is what fetchElasticsearch gave. */
export async function startElasticsearch(run: Run, java: Java, distribution: string, port: number): Promise<void> {
  // Elasticsearch refuses to run as root.
  const runAs = process.getuid?.() === 0 ? NOBODY : undefined;
  const home = runAs === undefined ? distribution : await enterable(run, java, distribution);
  const own = await ownFolders(path.join(run.folder, 'elasticsearch'), runAs);
  await writeSettings(distribution, own.config, elasticsearchSettings(port, own.data, own.logs));
  const service = run.launch({
    name: 'elasticsearch',
    command: path.join(home, 'bin', 'elasticsearch'),
    args: [],
    folder: own.home,
    environment: {
      PATH: process.env.PATH,
      LANG: process.env.LANG,
      // Home and temporary folder inside the distribution would be refused as an invalid entitlement.
      HOME: own.home,
      ES_TMPDIR: own.temporary,
      ES_PATH_CONF: own.config,
      ES_JAVA_HOME: java.home,
      ES_JAVA_OPTS: '-Xms1g -Xmx1g',
    },
    ...(runAs === undefined ? {} : { runAs }),
  });
  await untilReady(service, () => isHealthy(`http://127.0.0.1:${port}`), READY_TIMEOUT_MS);
}

async function isHealthy(url: string): Promise<boolean> {
  return limitedInTime(5_000, async (signal) => {
    const response = await fetch(`${url}/_cluster/health?wait_for_status=yellow&timeout=1s`, { signal });
    await response.arrayBuffer();
    return response.ok;
  });
}

/** The distribution, or a copy of it, at a place that another user may enter. */
async function enterable(run: Run, java: Java, distribution: string): Promise<string> {
  const cures: [string, string][] = [
    [run.folder, 'set TMPDIR to a folder that is open to all'],
    [java.home, 'point JAVA_HOME to a JDK that is open to all'],
  ];
  for (const [folder, cure] of cures) {
    if (await isOpenToAll(folder)) continue;
    throw new StackFailure(`Elasticsearch refuses to run as root and, as nobody, may not enter ${folder}: ${cure}.`);
  }
  if (await isOpenToAll(distribution)) return distribution;
  const copy = path.join(run.folder, 'elasticsearch-distribution');
  await cp(distribution, copy, { recursive: true });
  await chown(copy, NOBODY, NOBODY);
  for (const name of await readdir(copy, { recursive: true })) await chown(path.join(copy, name), NOBODY, NOBODY);
  return copy;
}

interface OwnFolders {
  config: string;
  data: string;
  logs: string;
  temporary: string;
  home: string;
}

async function ownFolders(root: string, owner: number | undefined): Promise<OwnFolders> {
  const folders = {
    config: path.join(root, 'config'),
    data: path.join(root, 'data'),
    logs: path.join(root, 'logs'),
    temporary: path.join(root, 'temporary'),
    home: path.join(root, 'home'),
  };
  for (const folder of [root, ...Object.values(folders)]) {
    await mkdir(folder);
    if (owner !== undefined) await chown(folder, owner, owner);
  }
  return folders;
}

async function writeSettings(distribution: string, folder: string, settings: string): Promise<void> {
  for (const file of ['jvm.options', 'log4j2.properties']) {
    // Not copyFile, which would keep that nobody but the owner may read it.
    await writeFile(path.join(folder, file), await readFile(path.join(distribution, 'config', file)));
  }
  await writeFile(path.join(folder, 'elasticsearch.yml'), settings);
}

// JSON strings are YAML strings. The disk thresholds would make indexes read-only on a rather full disk.
function elasticsearchSettings(port: number, data: string, logs: string): string {
  return `cluster.name: projector-stack
network.host: 127.0.0.1
http.port: ${port}
transport.port: 0
discovery.type: single-node
path.data: ${JSON.stringify(data)}
path.logs: ${JSON.stringify(logs)}
xpack.security.enabled: false
cluster.routing.allocation.disk.threshold_enabled: false
indices.breaker.total.use_real_memory: false
`;
}
