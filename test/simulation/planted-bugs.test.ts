/** A simulator that finds nothing proves nothing: every planted bug must be found, and nothing without one. */
import { spawn } from 'node:child_process';
import { afterAll, describe, expect, it } from 'vitest';
import { plantedBugs } from './planted-bugs.js';
import { Variants } from './variants.js';

const SCHEDULES_MAX = 3_000;
/** Without a bug: far more than most bugs need. */
const SCHEDULES_PLAIN = 100;
/** The schedules are what limits it: minutes only where something hangs, on a slow machine that is busy with other tests. */
const MINUTES_MAX = 5;

interface Run {
  readonly exitCode: number | null;
  readonly output: string;
}

describe('the simulator', () => {
  const variants = new Variants();
  const found = new Set<string>();

  afterAll(() => {
    console.log(`${found.size} of ${plantedBugs.length} planted bugs found`);
    variants.remove();
  });

  it('finds nothing in the sources as they are', { timeout: 120_000 }, async () => {
    const { exitCode, output } = await simulateIn(variants.of([]), SCHEDULES_PLAIN);
    expect(output).not.toContain('To see it again');
    expect(exitCode).toBe(0);
  });

  it.for(plantedBugs)('finds: $name', { timeout: (MINUTES_MAX + 1) * 60_000 }, async ({ name, breaks, patches }) => {
    const { exitCode, output } = await simulateIn(variants.of(patches), SCHEDULES_MAX);
    expect(output, `${breaks} The simulator did not find it.`).toContain('To see it again');
    expect(exitCode).toBe(1);
    found.add(name);
  });
});

/** In a process of its own: a bug may do anything. */
function simulateIn(folder: string, schedules: number): Promise<Run> {
  const args = ['test/simulation/main.js', '--seed', '1', '--schedules', `${schedules}`, '--minutes', `${MINUTES_MAX}`];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (piece: Buffer) => {
      output += piece;
    });
    child.stderr.on('data', (piece: Buffer) => {
      output += piece;
    });
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, output }));
  });
}
