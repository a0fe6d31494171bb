import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { codeOf, StackFailure } from './failure.js';

const execute = promisify(execFile);
const OLDEST_JAVA = 17;

export interface Java {
  /** The folder that JAVA_HOME would name. */
  home: string;
  executable: string;
  major: number;
}

/** The Java of JAVA_HOME, else of PATH. @throws StackFailure when there is none or it is too old. */
export async function findJava(): Promise<Java> {
  const home = process.env.JAVA_HOME?.trim();
  const command = home ? path.join(home, 'bin', 'java') : 'java';
  const properties = await execute(command, ['-XshowSettings:properties', '-version']).then(
    ({ stderr }) => stderr,
    (error: unknown) => {
      throw missing(command, error);
    },
  );
  const major = Number(/java\.specification\.version = (?:1\.)?(\d+)/.exec(properties)?.[1]);
  const foundHome = /java\.home = (.+)/.exec(properties)?.[1]?.trim();
  if (!foundHome || !(major >= OLDEST_JAVA)) {
    throw new StackFailure(
      `Java ${OLDEST_JAVA} or later is needed for the embedded servers, and ${command} is Java ${major}: ` +
        'install a newer JDK, or point JAVA_HOME to one.',
    );
  }
  return { home: foundHome, executable: path.join(foundHome, 'bin', 'java'), major };
}

function missing(command: string, error: unknown): StackFailure {
  const why = codeOf(error) === 'ENOENT' ? 'was not found' : 'does not run';
  return new StackFailure(
    `Java ${OLDEST_JAVA} or later (a JDK) is needed for the embedded servers, and ${command} ${why}: install it, ` +
      'or give the addresses of servers in KAFKA_BROKERS, ELASTICSEARCH_URL and MONGODB_URL.',
  );
}
