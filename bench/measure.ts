/** CPU time and memory of processes, from Linux's /proc. Elsewhere both are unknown. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Service } from '../stack/process.js';
import { type LaunchOptions, Run } from '../stack/run.js';

/** Linux tells CPU time in these, whatever the kernel's own clock. */
const TICKS_PER_SECOND = 100;

export interface Spent {
  readonly seconds: number;
  /** User and system time by process; a process that is not known is left out. */
  readonly cpuSeconds: Readonly<Record<string, number>>;
}

/** Remembers the process group of everything that it launches. */
export class MeteredRun extends Run {
  private readonly groups = new Map<string, number>();

  override launch(options: LaunchOptions): Service {
    const service = super.launch(options);
    if (service.pid !== undefined) this.groups.set(options.name, service.pid);
    return service;
  }

  /** @returns the function that ends the measurement. */
  startMeter(names: readonly string[]): () => Spent {
    const groups = names.flatMap((name): [string, number][] => {
      const group = this.groups.get(name);
      return group === undefined ? [] : [[name, group]];
    });
    const ticksBefore = ticksByGroup();
    const begun = performance.now();
    return () => {
      const seconds = (performance.now() - begun) / 1000;
      const ticks = ticksByGroup();
      const cpuSeconds = groups.flatMap(([name, group]): [string, number][] => {
        const now = ticks.get(group);
        return now === undefined ? [] : [[name, (now - (ticksBefore.get(group) ?? 0)) / TICKS_PER_SECOND]];
      });
      return { seconds, cpuSeconds: Object.fromEntries(cpuSeconds) };
    };
  }
}

/** As Linux names them: what is resident now, the most that ever was. */
export type MemoryFigure = 'VmRSS' | 'VmHWM';

/** In bytes; `null` where the system does not tell. */
export function memoryBytes(pid: number | undefined, figure: MemoryFigure = 'VmRSS'): number | null {
  const kilobytes = read(`/proc/${pid}/status`)
    .split('\n')
    .find((line) => line.startsWith(`${figure}:`))
    ?.replace(/\D/g, '');
  return kilobytes === undefined ? null : Number(kilobytes) * 1024;
}

function ticksByGroup(): Map<number, number> {
  const ticks = new Map<number, number>();
  for (const pid of processes()) {
    // The name, in parentheses, may contain anything; what follows it are numbers.
    const fields = read(`/proc/${pid}/stat`).split(') ').at(-1)?.split(' ') ?? [];
    const group = Number(fields[2]);
    const spent = Number(fields[11]) + Number(fields[12]);
    if (Number.isFinite(spent)) ticks.set(group, (ticks.get(group) ?? 0) + spent);
  }
  return ticks;
}

function processes(): string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // The process ended in the meantime, or this is no Linux.
    return '';
  }
}
