import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { cached } from '../../stack/cache.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'cache-test-'));
  vi.stubEnv('STACK_CACHE', folder);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

test('a folder is filled once and reused', async () => {
  let fills = 0;
  const fill = async (draft: string): Promise<void> => {
    fills++;
    await writeFile(path.join(draft, 'jar'), 'content');
  };
  const first = await cached('kafka', fill);
  expect(await cached('kafka', fill)).toBe(first);
  expect(fills).toBe(1);
  expect(await readFile(path.join(first, 'jar'), 'utf8')).toBe('content');
  expect(await readdir(folder)).toEqual(['kafka']);
});

test('a fill that fails midway leaves nothing, and the next one succeeds', async () => {
  const interrupted = cached('kafka', async (draft) => {
    await writeFile(path.join(draft, 'half'), '');
    throw new Error('connection lost');
  });
  await expect(interrupted).rejects.toThrow('connection lost');
  expect(await readdir(folder)).toEqual([]);
  const kafka = await cached('kafka', (draft) => writeFile(path.join(draft, 'whole'), ''));
  expect(await readdir(kafka)).toEqual(['whole']);
});

test('two that fill at the same time end with one whole folder', async () => {
  const fill = (draft: string) => writeFile(path.join(draft, 'jar'), 'content');
  const [one, other] = await Promise.all([cached('kafka', fill), cached('kafka', fill)]);
  expect(one).toBe(other);
  expect(await readdir(folder)).toEqual(['kafka']);
});
