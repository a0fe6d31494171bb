import type { Times } from './api.js';
import type { StoreRequest } from './api-recording.js';
import { DEEP_PAGE, FIRST_PAGE } from './api-rows.js';
import { medianOf, percentile, spread, table } from './figures.js';

export interface MeasuredRow {
  readonly name: string;
  readonly questions: readonly (readonly StoreRequest[])[];
  readonly rounds: Times[];
}

type Side = keyof Times;

export function reportOnApi(rows: readonly MeasuredRow[]): string {
  const tables = [
    table('Milliseconds over all rounds, and API / straight', [
      ['', 'store', 'p50 API', 'straight', 'ratio', 'p99 API', 'straight', 'ratio'],
      ...rows.map((row) => [row.name, storesOf(row), ...columns(row, 0.5), ...columns(row, 0.99)]),
    ]),
    table('API / straight within each round, min / median / max', [
      ['', 'p50', 'p99'],
      ...rows.map((row) => [row.name, ...[0.5, 0.99].map((share) => spread(ratios(row, share), 2))]),
    ]),
  ];
  const [first, deep] = [FIRST_PAGE, DEEP_PAGE].map((name) => rows.find((row) => row.name === name));
  if (first === undefined || deep === undefined) return tables.join('\n\n');
  const byRound = (share: number) =>
    deep.rounds.map(({ api }, i) => percentile(api, share) / percentile(first.rounds[i]?.api ?? [], share));
  const pages = table(`${deep.name} / ${first.name}, both through the API, within each round, min / median / max`, [
    ['p50', spread(byRound(0.5), 2)],
    ['p99', spread(byRound(0.99), 2)],
  ]);
  return [...tables, pages].join('\n\n');
}

function columns(row: MeasuredRow, share: number): string[] {
  const [api, straight] = (['api', 'straight'] as const).map((side) => percentile(all(row, side), share));
  return [(api ?? 0).toFixed(2), (straight ?? 0).toFixed(2), ((api ?? 0) / (straight ?? 0)).toFixed(2)];
}

function ratios({ rounds }: MeasuredRow, share: number): number[] {
  return rounds.map(({ api, straight }) => percentile(api, share) / percentile(straight, share));
}

function all({ rounds }: MeasuredRow, side: Side): number[] {
  return rounds.flatMap((times) => times[side]);
}

/** E.g. `2 mongodb`: how many requests the API makes to which store for one answer. */
function storesOf({ questions }: MeasuredRow): string {
  const counts = new Map<string, number[]>();
  for (const store of ['elasticsearch', 'mongodb'] as const) {
    const each = questions.map((requests) => requests.filter((request) => request.store === store).length);
    if (each.some((count) => count > 0)) counts.set(store, each);
  }
  return [...counts].map(([store, each]) => `${medianOf(each)} ${store}`).join(', ');
}
