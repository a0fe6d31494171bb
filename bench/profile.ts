/** Where a process spent its CPU time, from the file that node --cpu-prof writes. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { table } from './figures.js';

interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const LINES_MAX = 30;

/** The functions with the most self time, of the newest profile in the folder. */
export async function topFunctions(folder: string): Promise<string> {
  const file = (await readdir(folder))
    .filter((name) => name.endsWith('.cpuprofile'))
    .sort()
    .at(-1);
  if (file === undefined) return `No profile was written to ${folder}.`;
  const { nodes, samples, timeDeltas } = JSON.parse(await readFile(path.join(folder, file), 'utf8')) as Profile;
  const micros = new Map<number, number>();
  for (const [i, node] of samples.entries()) micros.set(node, (micros.get(node) ?? 0) + (timeDeltas[i] ?? 0));
  const places = new Map<string, number>();
  for (const { id, callFrame } of nodes) {
    const place = placeOf(callFrame);
    places.set(place, (places.get(place) ?? 0) + (micros.get(id) ?? 0));
  }
  const idle = places.get('(idle)') ?? 0;
  places.delete('(idle)');
  const busy = [...places.values()].reduce((sum, time) => sum + time, 0);
  const rows = [...places]
    .sort(([, a], [, b]) => b - a)
    .slice(0, LINES_MAX)
    .map(([place, time]) => [place, `${(time / 1e6).toFixed(2)} s`, `${((100 * time) / busy).toFixed(1)} %`]);
  const title = `Self time in the projector, start and stop included: ${(busy / 1e6).toFixed(1)} s busy, ${(idle / 1e6).toFixed(1)} s idle (${file})`;
  return table(title, rows);
}

function placeOf({ functionName, url, lineNumber }: Profile['nodes'][number]['callFrame']): string {
  const name = functionName === '' ? '(anonymous)' : functionName;
  if (url === '') return name;
  const short = url.replace(/^file:\/\//, '').replace(/^.*(node_modules|bench-dist)\//, '');
  return `${name} ${short}:${lineNumber + 1}`;
}
