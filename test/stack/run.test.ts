import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test, vi } from 'vitest';

const LAUNCHER = fileURLToPath(new URL('./launcher.ts', import.meta.url));
const STAYS = 'while true; do sleep 1; done';
const STAYS_IN_SPITE = `trap '' TERM; ${STAYS}`;

interface Launched {
  launcher: ChildProcess;
  child: number;
  folder: string;
  exit: Promise<number | null>;
  errors: () => string;
}

const launched: Launched[] = [];

afterEach(() => {
  for (const { launcher } of launched.splice(0)) launcher.kill('SIGKILL');
});

async function launch(script: string): Promise<Launched> {
  const launcher = spawn(process.execPath, ['--import', 'tsx', LAUNCHER, script], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exit = once(launcher, 'exit').then(([code]) => code as number | null);
  let errors = '';
  launcher.stderr.on('data', (chunk) => {
    errors += String(chunk);
  });
  const [line] = (await once(createInterface({ input: launcher.stdout }), 'line')) as [string];
  const { child, folder } = JSON.parse(line) as { child: number; folder: string };
  const all = { launcher, child, folder, exit, errors: () => errors };
  launched.push(all);
  return all;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function expectNothingLeft({ child, folder }: Launched): Promise<void> {
  await vi.waitFor(
    () => expect({ isAlive: isAlive(child), folder: existsSync(folder) }).toEqual({ isAlive: false, folder: false }),
    {
      timeout: 30_000,
      interval: 100,
    },
  );
}

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s stops everything and is no failure', async (signal) => {
  const run = await launch(STAYS);
  expect(isAlive(run.child)).toBe(true);
  run.launcher.kill(signal);
  expect(await run.exit).toBe(0);
  await expectNothingLeft(run);
});

test('a child that does not want to stop is killed after its grace', async () => {
  const run = await launch(STAYS_IN_SPITE);
  run.launcher.kill('SIGTERM');
  expect(await run.exit).toBe(0);
  await expectNothingLeft(run);
});

test('a child that dies ends the whole with its name and exit code 1', async () => {
  const run = await launch('sleep 0.2; exit 7');
  expect(await run.exit).toBe(1);
  expect(run.errors()).toMatch(/^child ended unexpectedly \(7\); its output is in .*child\.log\.\n$/);
  await expectNothingLeft(run);
});

test('what a killed launcher leaves behind is stopped for it', async () => {
  const run = await launch(STAYS);
  expect(existsSync(run.folder)).toBe(true);
  run.launcher.kill('SIGKILL');
  await run.exit;
  await expectNothingLeft(run);
});
