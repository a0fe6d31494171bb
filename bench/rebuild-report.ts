import { views } from '../mappings/registry.js';
import { groupBy } from '../projector/pipeline/group.js';
import { percentile, spread, table } from './figures.js';
import type { RebuildPhase, RebuildRun, SwitchRun } from './rebuild-run.js';
import type { Sighting } from './trickle.js';

export interface RebuildRound {
  readonly ours: RebuildRun;
  readonly bareSeconds: number;
}

export interface RebuildFigures {
  readonly rounds: readonly RebuildRound[];
  /** Live events. */
  readonly quiet: readonly Sighting[];
  readonly during: readonly Sighting[];
  readonly paced: readonly RebuildRun[];
  readonly switches: readonly SwitchRun[];
}

const VIEWS = Object.values(views).map(({ name }) => name);

export function reportOnRebuilds({ rounds, quiet, during, paced, switches }: RebuildFigures): string {
  return [
    table('At full speed; min / median / max', speedRows(rounds)),
    table('Live events, ms from Kafka to the answer by id', latencyRows(quiet, during, paced)),
    table('Seconds from the order until the other generation is the one that is served, beside live events', [
      [
        'switch',
        spread(
          switches.map(({ thereSeconds }) => thereSeconds),
          1,
        ),
      ],
      [
        'rollback',
        spread(
          switches.map(({ backSeconds }) => backSeconds),
          1,
        ),
      ],
    ]),
    table('What rendering a document costs, in events folded', [
      ['', ...VIEWS],
      ...rounds.map(({ ours }, i) => costsRow(`full speed, ${i + 1}`, ours)),
      ...paced.map((run, i) => costsRow(`paced, ${i + 1}`, run)),
    ]),
  ].join('\n\n');
}

function speedRows(rounds: readonly RebuildRound[]): string[][] {
  const row = (name: string, of: (round: RebuildRound) => number, digits: number) => [
    name,
    spread(rounds.map(of), digits),
  ];
  return [
    row('ours, events/s', ({ ours }) => ours.events / ours.seconds, 0),
    row('bare, events/s', ({ ours, bareSeconds }) => ours.events / bareSeconds, 0),
    row('ours / bare', ({ ours, bareSeconds }) => bareSeconds / ours.seconds, 2),
    row('ours, seconds', ({ ours }) => ours.seconds, 2),
    row('of these filling', ({ ours }) => ours.fillSeconds, 2),
    row('of these summing', ({ ours }) => ours.sumSeconds, 2),
    row('before, to start', ({ ours }) => ours.startSeconds, 2),
    row('documents', ({ ours }) => ours.documents, 0),
  ];
}

function latencyRows(
  quiet: readonly Sighting[],
  during: readonly Sighting[],
  paced: readonly RebuildRun[],
): string[][] {
  const shares = [0.5, 0.99];
  const row = (name: string, sightings: readonly Sighting[]) => {
    const values = sightings.map(({ latencyMs }) => latencyMs);
    return [name, String(values.length), ...shares.map((share) => percentile(values, share).toFixed(0))];
  };
  const phases = [
    ...groupBy(
      paced.flatMap((run) => run.phases),
      ({ name }) => name,
    ),
  ];
  const isIn =
    ({ publishedMs }: Sighting) =>
    ({ from, to }: RebuildPhase) =>
      publishedMs >= from && publishedMs < to;
  const all = [quiet, during].map((sightings) => sightings.map(({ latencyMs }) => latencyMs)) as [number[], number[]];
  return [
    ['', 'events', 'p50', 'p99'],
    row('without a rebuild', quiet),
    row('during paced ones', during),
    ...phases.map(([name, own]) =>
      row(
        `  ${name}`,
        during.filter((sighting) => own.some(isIn(sighting))),
      ),
    ),
    ['ratio', '', ...shares.map((share) => (percentile(all[1], share) / percentile(all[0], share)).toFixed(2))],
  ];
}

function costsRow(name: string, { costs }: RebuildRun): string[] {
  return [name, ...VIEWS.map((view) => costs?.documents[view].toFixed(1) ?? '–')];
}
