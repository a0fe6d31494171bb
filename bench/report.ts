/** The tables that several benches print. */
import { percentile, spread, table } from './figures.js';
import { cpuSecondsOf, eventsPerSecond, METERED_SERVERS, type OursOutcome, type Outcome } from './outcome.js';

/** The percentiles that matter most. */
export const SHARES: readonly number[] = [0.5, 0.99];

/** `null`: unknown. */
export type Measure<Item> = readonly [name: string, of: (item: Item) => number | null, digits: number];

/** Items by name; two columns that are compared have an item of each round, in order. */
export type Column<Item> = readonly [name: string, items: readonly Item[]];

export const SPEED: readonly Measure<Outcome>[] = [
  ['events/s', eventsPerSecond, 0],
  ['wall s', ({ seconds }) => seconds, 2],
];

/** CPU time is user + system. */
export const COSTS: readonly Measure<Outcome>[] = [
  ['CPU s, itself', ({ cpuOwnSeconds }) => cpuOwnSeconds, 2],
  ...METERED_SERVERS.map(
    (name): Measure<Outcome> => [`CPU s, ${name}`, ({ cpuServerSeconds }) => cpuServerSeconds[name] ?? null, 2],
  ),
  ['CPU s, all', cpuSecondsOf, 2],
  ['peak memory, MB', ({ peakBytes }) => (peakBytes === null ? null : peakBytes / 1024 ** 2), 0],
];

export const DOCUMENTS_SENT: Measure<Outcome> = ['documents sent', ({ documents }) => documents, 0];

/** Each column, and the second / the first within each round; min / median / max. */
export function comparison<Item>(
  title: string,
  [first, second]: readonly [Column<Item>, Column<Item>],
  measures: readonly Measure<Item>[],
): string {
  const rows = measures.map(([name, of, digits]) => {
    const [base, compared] = [first, second].map(([, items]) => items.map((item) => of(item) ?? Number.NaN));
    const ratios = (compared ?? []).map((value, i) => value / (base?.[i] ?? Number.NaN));
    return [name, ...[base ?? [], compared ?? []].map((values) => known(values, digits)), known(ratios, 2)];
  });
  return table(`${title}; min / median / max`, [['', first[0], second[0], `${second[0]} / ${first[0]}`], ...rows]);
}

/** A row for each measure; min / median / max of the rounds. */
export function measurements<Item>(title: string, items: readonly Item[], measures: readonly Measure<Item>[]): string {
  const rows = measures.map(([name, of, digits]) => [
    name,
    known(
      items.map((item) => of(item) ?? Number.NaN),
      digits,
    ),
  ]);
  return table(`${title}; min / median / max`, rows);
}

/** Rows of milliseconds. */
export function latencies(title: string, rows: readonly Column<number>[], shares = SHARES): string {
  return table(title, latencyRows(rows, shares));
}

/** The same, and the last row / the first. */
export function comparedLatencies(title: string, rows: readonly Column<number>[]): string {
  const [first, last] = [rows[0]?.[1] ?? [], rows.at(-1)?.[1] ?? []];
  const ratios = SHARES.map((share) => (percentile(last, share) / percentile(first, share)).toFixed(2));
  return table(title, [...latencyRows(rows, SHARES), ['last / first', '', ...ratios]]);
}

function latencyRows(rows: readonly Column<number>[], shares: readonly number[]): string[][] {
  return [
    ['', 'events', ...shares.map((share) => (share === 1 ? 'max' : `p${100 * share}`))],
    ...rows.map(([name, values]) => [
      name,
      String(values.length),
      ...shares.map((share) => percentile(values, share).toFixed(0)),
    ]),
  ];
}

/** Where the projector's time went, the largest first. */
export function stages(what: string, outcome: OursOutcome | undefined): string {
  if (outcome === undefined) return '';
  const { metrics, seconds } = outcome;
  const rows = metrics.stages
    .filter(({ runs }) => runs > 0)
    .sort((a, b) => b.seconds - a.seconds)
    .map((one) => [
      one.stage,
      one.seconds.toFixed(2),
      `${((100 * one.seconds) / seconds).toFixed(0)} %`,
      String(one.runs),
      ((1000 * one.seconds) / one.runs).toFixed(1),
    ]);
  const head = ['stage', 'seconds', 'of wall', 'runs', 'ms a run'];
  return table(`The projector's stages ${what}; they overlap`, [head, ...rows]);
}

function known(values: readonly number[], digits: number): string {
  return values.length === 0 || values.some(Number.isNaN) ? '–' : spread(values, digits);
}
