import { cpuTable } from './cpu-table.js';
import { CHANGES, type Change, type ChangeRound } from './fan-out-changes.js';
import type { LiveRound } from './fan-out-live.js';
import { percentile, spread, table } from './figures.js';
import { REWRITE } from './rewriting.js';
import { PROJECTOR } from './running-projector.js';
import { stageTable } from './stage-table.js';

export function reportOnFanOut(
  changes: Readonly<Record<Change, readonly ChangeRound[]>>,
  live: readonly LiveRound[],
): string {
  const last = changes.name.at(-1)?.ours;
  return [
    timesTable(changes),
    cpuTable(
      CHANGES.flatMap((change) => [
        { name: `${change}, ours`, own: PROJECTOR, measurements: changes[change].map(({ ours }) => ours.spent) },
        { name: `${change}, bare`, own: REWRITE, measurements: changes[change].map(({ bare }) => bare.spent) },
      ]),
    ),
    stageTable(
      "The projector's stages in the last fan-out of a name; they overlap",
      last?.metrics,
      last?.spent.seconds,
    ),
    latencyTable(live),
  ].join('\n\n');
}

function timesTable(changes: Readonly<Record<Change, readonly ChangeRound[]>>): string {
  const rows = CHANGES.map((change) => {
    const rounds = changes[change];
    return [
      change,
      String(rounds.at(-1)?.bare.documents ?? 0),
      spread(
        rounds.map(({ ours }) => ours.metrics.documents),
        0,
      ),
      spread(
        rounds.map(({ ours }) => ours.spent.seconds),
        2,
      ),
      spread(
        rounds.map(({ bare }) => bare.spent.seconds),
        2,
      ),
      spread(
        rounds.map(({ ours, bare }) => ours.spent.seconds / bare.spent.seconds),
        2,
      ),
    ];
  });
  return table('From the event to the last document, and the bare rewrite of the same; min / median / max', [
    ['', 'documents', 'sent by ours', 'ours s', 'bare s', 'ours / bare'],
    ...rows,
  ]);
}

function latencyTable(live: readonly LiveRound[]): string {
  const row = (name: string, of: (round: LiveRound) => readonly number[]) => [
    name,
    String(live.reduce((sum, round) => sum + of(round).length, 0)),
    ...[0.5, 0.99].map((share) =>
      spread(
        live.map((round) => percentile(of(round), share)),
        0,
      ),
    ),
    percentile(live.flatMap(of), 0.99).toFixed(0),
  ];
  const ratios = [0.5, 0.99].map((share) =>
    spread(
      live.map(({ quiet, during }) => percentile(during, share) / percentile(quiet, share)),
      2,
    ),
  );
  const [quiet, during] = [live.flatMap((round) => round.quiet), live.flatMap((round) => round.during)];
  const pooled = percentile(during, 0.99) / percentile(quiet, 0.99);
  return table('Live events, ms from Kafka to the answer by id; min / median / max of the rounds', [
    ['', 'events', 'p50', 'p99', 'p99 of all'],
    row('without a fan-out', (round) => round.quiet),
    row('during one', (round) => round.during),
    ['ratio', '', ...ratios, pooled.toFixed(2)],
    [
      'seconds of the fan-out',
      '',
      spread(
        live.map(({ fanOutSeconds }) => fanOutSeconds),
        2,
      ),
    ],
  ]);
}
