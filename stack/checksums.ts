/** What is downloaded is what was downloaded when its version was chosen: each file has its SHA-256 in `checksums/`. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { StackFailure } from './failure.js';
import { PROJECT_FOLDER } from './folders.js';

const LISTS = path.join(PROJECT_FOLDER, 'stack', 'checksums');
const PROBLEMS_SHOWN = 3;

/**
 * @param name of a list as `sha256sum` writes it: `cd FOLDER && find * -type f | LC_ALL=C sort | xargs sha256sum`.
 * @throws StackFailure unless the folder has exactly the files of the list, with these contents.
 */
export async function assertGenuine(name: string, folder: string, lists = LISTS): Promise<void> {
  const expected = readList(await readFile(path.join(lists, `${name}.sha256`), 'utf8'));
  const problems: string[] = [];
  for (const file of await filesIn(folder)) {
    const wanted = expected.get(file);
    if (wanted === undefined) problems.push(`${file} is not expected`);
    else if (wanted !== (await sha256Of(path.join(folder, file)))) problems.push(`${file} has other contents`);
    expected.delete(file);
  }
  for (const file of expected.keys()) problems.push(`${file} is missing`);
  if (problems.length === 0) return;
  const more = problems.length > PROBLEMS_SHOWN ? ` and ${problems.length - PROBLEMS_SHOWN} more` : '';
  throw new StackFailure(
    `What was downloaded is not the known ${name}, and is not used: ${problems.slice(0, PROBLEMS_SHOWN).join(', ')}${more}. ` +
      'Remove it from the local Maven repository (~/.m2/repository) and try again; if it stays so, ask where your Maven mirror has it from.',
  );
}

function readList(text: string): Map<string, string> {
  return new Map(
    text.split('\n').flatMap((line): [string, string][] => {
      const [, digest, file] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? [];
      return digest === undefined || file === undefined ? [] : [[file, digest]];
    }),
  );
}

/** With `/` between folders, on every system. Anything that is no folder counts as a file. */
async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.flatMap((entry) => {
    if (entry.isDirectory()) return [];
    const file = path.relative(folder, path.join(entry.parentPath, entry.name));
    return [file.split(path.sep).join('/')];
  });
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
