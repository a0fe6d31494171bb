/** A program of the attacks' folder on a version of Node, under a collector that can be called: it prints what it found. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

export async function runOn(binary: string, program: string, ...given: readonly string[]): Promise<unknown> {
  const file = path.join(import.meta.dirname, 'programs', program);
  const { stdout } = await promisify(execFile)(binary, ['--expose-gc', '--import', 'tsx', file, ...given], {
    timeout: 55_000,
  });
  return JSON.parse(stdout);
}
