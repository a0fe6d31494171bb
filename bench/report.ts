/** The figures of a bench as text. */
import type { OursOutcome } from './ours.js';
import { cpuPerEvent, eventsPerSecond, METERED_SERVERS, type Outcome } from './outcome.js';
import type { ProgramOutcome } from './program.js';

export interface Round {
  readonly ours: OursOutcome;
  readonly bare: ProgramOutcome;
  readonly naive: ProgramOutcome | null;
}

export function reportOn(rounds: readonly Round[], distinctDocuments: number): string {
  const naives = rounds.flatMap(({ naive }) => naive ?? []);
  const contenders: [string, readonly Outcome[]][] = [
    ['ours', rounds.map(({ ours }) => ours)],
    ['bare', rounds.map(({ bare }) => bare)],
    ...(naives.length > 0 ? [['naive', naives] as [string, Outcome[]]] : []),
  ];
  return [
    speeds(contenders),
    ratios(rounds),
    costs(contenders),
    details(rounds, distinctDocuments),
    stageTable(rounds),
  ].join('\n\n');
}

/** `min / median / max` */
function spread(values: readonly number[], digits: number): string {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle] : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
  return [sorted[0], median, sorted.at(-1)].map((value) => (value ?? Number.NaN).toFixed(digits)).join(' / ');
}

function speeds(contenders: readonly [string, readonly Outcome[]][]): string {
  const rows = contenders.map(([name, outcomes]) => {
    const speed = spread(outcomes.map(eventsPerSecond), 0);
    const seconds = spread(
      outcomes.map((outcome) => outcome.seconds),
      2,
    );
    return [name, String(outcomes[0]?.events ?? 0), speed, seconds];
  });
  return table('Speed, min / median / max of the counted rounds', [['', 'events', 'events/s', 'wall s'], ...rows]);
}

function ratios(rounds: readonly Round[]): string {
  const pairs = (other: (round: Round) => Outcome | null, measure: (ours: Outcome, other: Outcome) => number | null) =>
    rounds.flatMap((round) => {
      const opponent = other(round);
      return opponent === null ? [] : (measure(round.ours, opponent) ?? []);
    });
  const bare = (round: Round) => round.bare;
  const naive = (round: Round) => round.naive;
  const rows: [string, readonly number[], number][] = [
    ['events/s, ours / bare', pairs(bare, speedRatio), 2],
    ['events/s, ours / naive', pairs(naive, speedRatio), 1],
    ['CPU time per event, servers included, bare / ours', pairs(bare, cpuRatio), 2],
    ['CPU time per event, servers included, naive / ours', pairs(naive, cpuRatio), 1],
  ];
  return table(
    'Ratios within each round, min / median / max (the CPU ratios suffer less from what else the machine does)',
    rows.filter(([, values]) => values.length > 0).map(([name, values, digits]) => [name, spread(values, digits)]),
  );
}

function speedRatio(ours: Outcome, other: Outcome): number {
  return eventsPerSecond(ours) / eventsPerSecond(other);
}

function cpuRatio(ours: Outcome, other: Outcome): number | null {
  const [own, others] = [cpuPerEvent(ours), cpuPerEvent(other)];
  return own === null || others === null ? null : others / own;
}

function costs(contenders: readonly [string, readonly Outcome[]][]): string {
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
  return known.length < values.length ? '–' : (spread(known, 2).split(' / ')[1] ?? '–');
}

function details(rounds: readonly Round[], distinctDocuments: number): string {
  const sentByOurs = rounds.map(({ ours }) => ours.documents);
  const aside = rounds.map(({ bare }) => bare.asideSeconds);
  const rows = [
    ['documents sent by ours', spread(sentByOurs, 0)],
    [
      'documents sent by bare',
      spread(
        rounds.map(({ bare }) => bare.documents),
        0,
      ),
    ],
    ['distinct documents', String(distinctDocuments)],
    [
      'write amplification of ours',
      spread(
        sentByOurs.map((sent) => sent / distinctDocuments),
        2,
      ),
    ],
    ['seconds of bare spent on parsing the recording', spread(aside, 2)],
  ];
  for (const { view, outcome, count } of rounds.at(-1)?.ours.metrics.documentsByView ?? []) {
    rows.push([`last round: ${view} ${outcome}`, String(count)]);
  }
  return table('Documents, min / median / max', rows);
}

function stageTable(rounds: readonly Round[]): string {
  const last = rounds.at(-1)?.ours;
  const stages = [...(last?.metrics.stages ?? [])].sort((a, b) => b.seconds - a.seconds);
  const rows = stages.map(({ stage, seconds, runs }) => [
    stage,
    seconds.toFixed(2),
    `${((100 * seconds) / (last?.seconds ?? Number.NaN)).toFixed(0)} %`,
    String(runs),
    ((1000 * seconds) / Math.max(1, runs)).toFixed(1),
  ]);
  const title = "The projector's stages in the last round; they overlap";
  return table(title, [['stage', 'seconds', 'of wall', 'runs', 'ms a run'], ...rows]);
}

/** Two spaces between columns; all but the first are flush right. */
export function table(title: string, rows: readonly (readonly string[])[]): string {
  const columns = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, i) => Math.max(...rows.map((row) => (row[i] ?? '').length)));
  const lines = rows.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  '),
  );
  return [title, ...lines.map((line) => `  ${line}`.trimEnd())].join('\n');
}
