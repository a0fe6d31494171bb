// Plain JavaScript without dependencies: it runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const projectFolder = path.resolve(fileURLToPath(import.meta.url), '../..');

const OLDEST_NODE = [20, 19];

/** Checks Node and installs the dependencies when they are missing or outdated. */
export function prepare() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
    stopWith(
      `Node ${OLDEST_NODE.join('.')} or later is needed, and this is ${process.versions.node}: install a newer one.`,
    );
  }
  if (isInstalled()) return;
  process.stderr.write('Installing dependencies (npm ci)\n');
  const { status, error } = spawnSync('npm', ['ci', '--include=dev'], { cwd: projectFolder, stdio: ['ignore', 2, 2] });
  if (status !== 0) {
    stopWith(`The dependencies could not be installed (npm ci: ${error?.message ?? `exit code ${status}`}).`);
  }
}

/** Runs a TypeScript file in this very process, so that signals sent to it reach the program itself. */
export async function runTypeScript(file, args) {
  const { register } = await import('tsx/esm/api');
  register();
  process.setSourceMapsEnabled(true);
  const absolute = path.resolve(projectFolder, file);
  process.argv = [process.execPath, absolute, ...args];
  await import(pathToFileURL(absolute).href);
}

/** By time where that suffices, else by the versions that npm says it has installed. */
function isInstalled() {
  try {
    const wanted = path.join(projectFolder, 'package-lock.json');
    const present = path.join(projectFolder, 'node_modules', '.package-lock.json');
    if (statSync(present).mtimeMs >= statSync(wanted).mtimeMs) return true;
    const installed = JSON.parse(readFileSync(present, 'utf8')).packages;
    return Object.entries(JSON.parse(readFileSync(wanted, 'utf8')).packages).every(
      ([name, entry]) => name === '' || entry.optional || installed[name]?.version === entry.version,
    );
  } catch {
    return false;
  }
}

function stopWith(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}
