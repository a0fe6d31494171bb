import { stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const PROJECT_FOLDER = path.resolve(fileURLToPath(import.meta.url), '../..');

/** Where downloads and logs are kept: `.cache` in the project, or `STACK_CACHE`. */
export function cacheFolder(): string {
  const moved = process.env.STACK_CACHE?.trim();
  return moved ? path.resolve(moved) : path.join(PROJECT_FOLDER, '.cache');
}

/** Whether every user of the machine may enter the folder and all above it. */
export async function isOpenToAll(folder: string): Promise<boolean> {
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    const { mode } = await stat(at);
    if ((mode & 0o001) === 0) return false;
    if (at === path.dirname(at)) return true;
  }
}
