/** The figures of live catch-up as text. */
import { medianOf, spread, table } from './figures.js';
import type { OursOutcome } from './ours.js';
import { cpuPerEvent, eventsPerSecond, METERED_SERVERS, type Outcome } from './outcome.js';
import type { ProgramOutcome } from './program.js';
import type { Counts } from './round-trips.js';
import { stageTable } from './stage-table.js';

export interface Round {
  readonly ours: OursOutcome;
  readonly bare: ProgramOutcome;
  readonly every: ProgramOutcome;
  readonly naive: ProgramOutcome | null;
}

export interface LiveFigures {
  readonly rounds: readonly Round[];
  readonly distinctDocuments: number;
  /** Requests in one run of the projector; `null` for a store that could not be counted. */
  readonly roundTrips: { readonly elasticsearch: Counts; readonly mongodb: Counts | null };
}

type Contender = readonly [name: string, outcomes: readonly Outcome[]];

export function reportOn({ rounds, distinctDocuments, roundTrips }: LiveFigures): string {
  const naives = rounds.flatMap(({ naive }) => naive ?? []);
  const contenders: Contender[] = [
    ['ours', rounds.map(({ ours }) => ours)],
    ['bare', rounds.map(({ bare }) => bare)],
    ['every', rounds.map(({ every }) => every)],
  ];
  if (naives.length > 0) contenders.push(['naive', naives]);
  const last = rounds.at(-1)?.ours;
  return [
    speeds(contenders),
    ratios(rounds),
    costs(contenders),
    details(rounds, distinctDocuments),
    roundTripTable(roundTrips, last?.events ?? Number.NaN),
    stageTable("The projector's stages in the last round; they overlap", last?.metrics, last?.seconds),
  ].join('\n\n');
}

function speeds(contenders: readonly Contender[]): string {
  const rows = contenders.map(([name, outcomes]) => {
    const seconds = spread(
      outcomes.map((outcome) => outcome.seconds),
      2,
    );
    return [name, String(outcomes[0]?.events ?? 0), spread(outcomes.map(eventsPerSecond), 0), seconds];
  });
  return table('Speed, min / median / max of the counted rounds', [['', 'events', 'events/s', 'wall s'], ...rows]);
}

function ratios(rounds: readonly Round[]): string {
  const pairs = (other: 'bare' | 'every' | 'naive', measure: (ours: Outcome, other: Outcome) => number | null) =>
    rounds.flatMap(({ ours, [other]: opponent }) => (opponent === null ? [] : (measure(ours, opponent) ?? [])));
  const rows: [string, readonly number[], number][] = [
    ['events/s, ours / bare', pairs('bare', speedRatio), 2],
    ['events/s, ours / every version', pairs('every', speedRatio), 2],
    ['the same, but for what every version spent on parsing the recording', rounds.map(ratioWithoutParsing), 2],
    ['events/s, ours / naive', pairs('naive', speedRatio), 1],
    ['CPU time per event, servers included, bare / ours', pairs('bare', cpuRatio), 2],
    ['CPU time per event, servers included, every version / ours', pairs('every', cpuRatio), 2],
    ['CPU time per event, servers included, naive / ours', pairs('naive', cpuRatio), 1],
  ];
  return table(
    'Ratios within each round, min / median / max (the CPU ratios suffer less from what else the machine does)',
    rows.filter(([, values]) => values.length > 0).map(([name, values, digits]) => [name, spread(values, digits)]),
  );
}

function speedRatio(ours: Outcome, other: Outcome): number {
  return eventsPerSecond(ours) / eventsPerSecond(other);
}

/** The projector has its documents at hand; a program that reads them from a file should not lose by that. */
function ratioWithoutParsing({ ours, every }: Round): number {
  return speedRatio(ours, { ...every, seconds: every.seconds - every.asideSeconds });
}

function cpuRatio(ours: Outcome, other: Outcome): number | null {
  const [own, others] = [cpuPerEvent(ours), cpuPerEvent(other)];
  return own === null || others === null ? null : others / own;
}

function costs(contenders: readonly Contender[]): string {
  const rows = contenders.map(([name, outcomes]) => [
    name,
    median(outcomes.map(({ cpuOwnSeconds }) => cpuOwnSeconds)),
    ...METERED_SERVERS.map((server) =>
      median(outcomes.map(({ cpuServerSeconds }) => cpuServerSeconds[server] ?? null)),
    ),
    peakOf(outcomes),
  ]);
  const title = 'CPU seconds (user + system), median of the rounds, and the most memory resident in any round';
  return table(title, [['', 'itself', ...METERED_SERVERS, 'peak MB'], ...rows]);
}

function peakOf(outcomes: readonly Outcome[]): string {
  const peaks = outcomes.flatMap((outcome) => outcome.peakBytes ?? []);
  return peaks.length === 0 ? '–' : String(Math.round(Math.max(...peaks) / 1024 ** 2));
}

function median(values: readonly (number | null)[]): string {
  const known = values.filter((value) => value !== null);
  return known.length < values.length ? '–' : medianOf(known).toFixed(2);
}

function details(rounds: readonly Round[], distinctDocuments: number): string {
  const sent = (of: (round: Round) => Outcome) => rounds.map((round) => of(round).documents);
  const [ours, every] = [sent((round) => round.ours), sent((round) => round.every)];
  const aside = (of: (round: Round) => ProgramOutcome) =>
    spread(
      rounds.map((round) => of(round).asideSeconds),
      2,
    );
  const rows = [
    ['documents sent by ours', spread(ours, 0)],
    [
      'documents sent by bare',
      spread(
        sent((round) => round.bare),
        0,
      ),
    ],
    ['documents sent by every version', spread(every, 0)],
    ['distinct documents', String(distinctDocuments)],
    [
      'write amplification of ours',
      spread(
        ours.map((documents) => documents / distinctDocuments),
        2,
      ),
    ],
    [
      'every version / ours',
      spread(
        ours.map((documents, i) => (every[i] ?? Number.NaN) / documents),
        2,
      ),
    ],
    ['seconds of bare spent on parsing the recording', aside((round) => round.bare)],
    ['seconds of every version spent on the same', aside((round) => round.every)],
  ];
  for (const { view, outcome, count } of rounds.at(-1)?.ours.metrics.documentsByView ?? []) {
    rows.push([`last round: ${view} ${outcome}`, String(count)]);
  }
  return table('Documents, min / median / max', rows);
}

function roundTripTable({ elasticsearch, mongodb }: LiveFigures['roundTrips'], events: number): string {
  const rows = (store: string, counts: Counts | null): string[][] => {
    if (counts === null) return [[store, '–', 'cannot be counted: several servers, or TLS']];
    const perThousand = (count: number) => ((1000 * count) / events).toFixed(2);
    const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
    const kinds = [...counts].sort(([, a], [, b]) => b - a).map(([name, count]) => [`  ${name}`, perThousand(count)]);
    return [[store, perThousand(total)], ...kinds];
  };
  return table('Round trips for 1,000 events, in the round that warmed up, the start of the projector included', [
    ...rows('elasticsearch', elasticsearch),
    ...rows('mongodb', mongodb),
  ]);
}
