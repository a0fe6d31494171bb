import { rmSync } from 'node:fs';
import { access, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { codeOf } from './failure.js';
import { cacheFolder } from './folders.js';

/**
 * The folder of that name in the cache, filled on first use. It appears whole or not at all: it is
 * filled under another name and renamed, so an interrupted download leaves nothing that counts.
 */
export async function cached(name: string, fill: (folder: string) => Promise<void>): Promise<string> {
  const folder = path.join(cacheFolder(), name);
  if (await exists(folder)) return folder;
  await mkdir(cacheFolder(), { recursive: true });
  const draft = await mkdtemp(path.join(cacheFolder(), 'unfinished-'));
  const removeDraft = (): void => rmSync(draft, { recursive: true, force: true });
  process.once('exit', removeDraft);
  try {
    const content = path.join(draft, 'content');
    await mkdir(content);
    await fill(content);
    await rename(content, folder).catch((error: unknown) => {
      // Another launcher was quicker.
      if (codeOf(error) !== 'ENOTEMPTY' && codeOf(error) !== 'EEXIST') throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
    process.off('exit', removeDraft);
  }
  return folder;
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
