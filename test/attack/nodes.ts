/** Other versions of Node, for what differs between them: a test starts a program with their binary. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { cached } from '../../stack/cache.js';

const NODE_MAJORS = [20, 22, 24] as const;
type NodeMajor = (typeof NODE_MAJORS)[number];

/** Those that the product is held to, each with the path of its binary. The present one is not fetched. */
export async function nodes(): Promise<readonly { readonly major: NodeMajor; readonly binary: string }[]> {
  return Promise.all(NODE_MAJORS.map(async (major) => ({ major, binary: await binaryOf(major) })));
}

/** The binary comes as an npm package of its platform and needs no install script. */
async function binaryOf(major: NodeMajor): Promise<string> {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const name = `node-${platform}-${process.arch}`;
  const folder = await cached(`${name}-${major}`, async (target) => {
    const install = ['install', '--ignore-scripts', '--no-save', '--no-package-lock', '--prefix', target];
    try {
      await promisify(execFile)('npm', [...install, `${name}@${major}`]);
    } catch (error) {
      throw new Error(`Node ${major} to test with could not be fetched: the package ${name} is needed.`, {
        cause: error,
      });
    }
  });
  return path.join(folder, 'node_modules', name, 'bin', 'node');
}
