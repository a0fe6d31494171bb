import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { MongoClient } from 'mongodb';
import { cached } from './cache.js';
import { assertGenuine } from './checksums.js';
import { StackFailure } from './failure.js';
import { PROJECT_FOLDER } from './folders.js';
import type { Java } from './java.js';
import type { Maven } from './maven.js';
import { untilReady } from './process.js';
import type { Run } from './run.js';

const LIBRARY = 'mongo-java-server';
const VERSION = '1.47.0';
const SOURCES = path.join(PROJECT_FOLDER, 'stack', 'embedded-mongo');
const READY_TIMEOUT_MS = 60_000;

export async function fetchMongo(maven: Maven): Promise<string> {
  const name = `${LIBRARY}-${VERSION}`;
  return cached(name, async (folder) => {
    await maven.copyWithDependencies('mongodb', `de.bwaldvogel:${LIBRARY}:${VERSION}`, folder);
    await assertGenuine(name, folder);
  });
}

/** Starts the stand-in for mongod, empty. @param jars is what fetchMongo gave. */
export async function startMongo(run: Run, java: Java, jars: string, port: number): Promise<void> {
  const classes = await compiled(run, java, jars);
  const service = run.launch({
    name: 'mongodb',
    command: java.executable,
    args: ['-Xms512m', '-Xmx2g', '-XX:+ExitOnOutOfMemoryError', '-cp'].concat(
      `${path.join(jars, '*')}${path.delimiter}${classes}`,
      'EmbeddedMongo',
      String(port),
    ),
  });
  await untilReady(service, () => answers(`mongodb://127.0.0.1:${port}`), READY_TIMEOUT_MS);
}

async function answers(url: string): Promise<boolean> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 500, directConnection: true });
  try {
    await client.db('admin').command({ ping: 1 });
    return true;
  } finally {
    await client.close();
  }
}

/** The classes of stack/embedded-mongo, compiled once for each state of the sources and each Java. */
async function compiled(run: Run, java: Java, jars: string): Promise<string> {
  const files = (await readdir(SOURCES)).filter((name) => name.endsWith('.java')).sort();
  const digest = createHash('sha256').update(`${VERSION} ${java.major}`);
  for (const file of files) digest.update(file).update(await readFile(path.join(SOURCES, file)));
  return cached(`embedded-mongo-${digest.digest('hex').slice(0, 16)}`, async (folder) => {
    // Called as a module, the compiler does not expand a classpath that ends in an asterisk.
    const classpath = (await readdir(jars)).map((jar) => path.join(jars, jar)).join(path.delimiter);
    const compiler = run.launch({
      name: 'mongodb-compile',
      command: java.executable,
      args: ['-XX:TieredStopAtLevel=1', '--module', 'jdk.compiler/com.sun.tools.javac.Main'].concat(
        ['-nowarn', '-encoding', 'UTF-8', '-cp', classpath, '-d', folder],
        files.map((file) => path.join(SOURCES, file)),
      ),
    });
    if ((await compiler.exited) !== 0) {
      throw new StackFailure(
        'The MongoDB stand-in could not be compiled: a JDK is needed, a Java runtime alone is not enough ' +
          `(the compiler's output is in ${compiler.logFile}).`,
      );
    }
  });
}
