import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, createWriteStream, mkdirSync, openSync, rmSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { codeOf, StackFailure } from './failure.js';

export interface ServiceSpec {
  name: string;
  command: string;
  args: readonly string[];
  environment?: NodeJS.ProcessEnv;
  folder?: string;
  /** User and group id to run as; only root may set it. */
  runAs?: number;
  /** Output goes to this file, begun anew. */
  logFile: string;
  /** Also receives each line of standard output. */
  onLine?: (line: string) => void;
}

/** How a process ended: its exit code, or the signal's name. */
export type Exit = number | string;

/** A child in a process group of its own, so that a Ctrl-C in the terminal reaches it only through us. */
export interface Service {
  readonly name: string;
  readonly logFile: string;
  readonly pid: number | undefined;
  /** Resolves once, never rejects. A command that cannot be started ends with its error code, e.g. `ENOENT`. */
  readonly exited: Promise<Exit>;
  readonly isRunning: boolean;
  /** SIGTERM to the group, SIGKILL after the grace; resolves when the process is gone. */
  stop(graceMs: number): Promise<void>;
  kill(): void;
}

export function launch(spec: ServiceSpec): Service {
  const child = spawnLogged(spec);
  let isRunning = true;
  const exited = new Promise<Exit>((resolve) => {
    child.once('error', (error) => resolve(codeOf(error) ?? error.message));
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
  void exited.then(() => {
    isRunning = false;
  });
  const signal = (name: NodeJS.Signals): void => {
    if (isRunning && child.pid !== undefined) signalGroup(child.pid, name);
  };
  return {
    name: spec.name,
    logFile: spec.logFile,
    pid: child.pid,
    exited,
    get isRunning() {
      return isRunning;
    },
    kill: () => signal('SIGKILL'),
    stop: async (graceMs) => {
      signal('SIGTERM');
      const timer = setTimeout(() => signal('SIGKILL'), graceMs);
      await exited;
      clearTimeout(timer);
    },
  };
}

function spawnLogged(spec: ServiceSpec): ChildProcess {
  mkdirSync(path.dirname(spec.logFile), { recursive: true });
  rmSync(spec.logFile, { force: true });
  const log = openSync(spec.logFile, 'a');
  try {
    const child = spawn(spec.command, spec.args, {
      cwd: spec.folder,
      env: spec.environment ?? process.env,
      detached: true,
      stdio: ['ignore', spec.onLine ? 'pipe' : log, log],
      ...(spec.runAs === undefined ? {} : { uid: spec.runAs, gid: spec.runAs }),
    });
    if (spec.onLine && child.stdout) {
      child.stdout.pipe(createWriteStream(spec.logFile, { flags: 'a' }));
      createInterface({ input: child.stdout }).on('line', spec.onLine);
    }
    return child;
  } finally {
    closeSync(log);
  }
}

function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch (error) {
    // Gone in the meantime.
    if (codeOf(error) !== 'ESRCH') throw error;
  }
}

/**
 * Waits until the probe succeeds.
 * @throws StackFailure when the service ends before, or is not ready in time.
 */
export async function untilReady(service: Service, probe: () => Promise<boolean>, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    if (!service.isRunning) throw endedEarly(service, await service.exited);
    if (await probe().catch(() => false)) return;
    if (performance.now() > deadline) {
      const seconds = Math.round(timeoutMs / 1000);
      throw new StackFailure(`${service.name} was not ready after ${seconds} s; its output is in ${service.logFile}.`);
    }
    await Promise.race([new Promise((resolve) => setTimeout(resolve, 100)), service.exited]);
  }
}

export function endedEarly(service: Service, exit: Exit): StackFailure {
  return new StackFailure(`${service.name} ended unexpectedly (${exit}); its output is in ${service.logFile}.`);
}
