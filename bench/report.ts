/** The figures of live catch-up as text. */
import { medianOf, spread, table } from './figures.js';
import type { OursOutcome } from './ours.js';
import { cpuPerEvent, eventsPerSecond, METERED_SERVERS, type Outcome } from './outcome.js';
import type { ProgramOutcome } from './program.js';
import { stageTable } from './stage-table.js';

export interface Round {
  readonly ours: OursOutcome;
  readonly bare: ProgramOutcome;
}

export interface LiveFigures {
  readonly rounds: readonly Round[];
  readonly distinctDocuments: number;
}

type Contender = readonly [name: string, outcomes: readonly Outcome[]];

export function reportOn({ rounds, distinctDocuments }: LiveFigures): string {
  const contenders: Contender[] = [
    ['ours', rounds.map(({ ours }) => ours)],
    ['bare', rounds.map(({ bare }) => bare)],
  ];
  const last = rounds.at(-1)?.ours;
  return [
    speeds(contenders),
    ratios(rounds),
    costs(contenders),
    details(rounds, distinctDocuments),
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
  const speed = rounds.map(({ ours, bare }) => eventsPerSecond(ours) / eventsPerSecond(bare));
  const cpu = rounds.flatMap(({ ours, bare }) => cpuRatio(ours, bare) ?? []);
  const rows: [string, readonly number[]][] = [
    ['events/s, ours / bare', speed],
    ['CPU time per event, servers included, bare / ours', cpu],
  ];
  return table(
    'Ratios within each round, min / median / max (the CPU ratio suffers less from what else the machine does)',
    rows.filter(([, values]) => values.length > 0).map(([name, values]) => [name, spread(values, 2)]),
  );
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
  const row = (name: string, of: (round: Round) => number, digits = 0) => [name, spread(rounds.map(of), digits)];
  return table('Documents, min / median / max', [
    row('documents sent by ours', ({ ours }) => ours.documents),
    row('documents sent by bare', ({ bare }) => bare.documents),
    ['distinct documents', String(distinctDocuments)],
    row('write amplification of ours', ({ ours }) => ours.documents / distinctDocuments, 2),
    row('seconds of bare spent on parsing the recording', ({ bare }) => bare.asideSeconds, 2),
    ...(rounds.at(-1)?.ours.metrics.documentsByView ?? []).map(({ view, outcome, count }) => [
      `last round: ${view} ${outcome}`,
      String(count),
    ]),
  ]);
}
