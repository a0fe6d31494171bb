/** Live catch-up: how fast a history that is there already becomes durable in all documents. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { catchUp } from './catch-up.js';
import { defineBench } from './declaration.js';
import type { History } from './feed.js';
import { table } from './figures.js';
import { publishHistory } from './history.js';
import { type OptionValues, text, wholeNumber } from './options.js';
import { eventsPerSecond, type OursOutcome } from './outcome.js';
import { topFunctions } from './profile.js';
import { recordRun } from './recording.js';
import { type BareOutcome, replay } from './replaying.js';
import { COSTS, comparison, DOCUMENTS_SENT, measurements, SPEED, stages } from './report.js';
import { onWorkbench, serversNote, type Workbench } from './workbench.js';

const OPTIONS = {
  events: wholeNumber(150_000, 1000, 'events of the history', 'BENCH_EVENTS'),
  rounds: wholeNumber(3, 1, 'rounds that are counted, after one that is not'),
  seed: text('bench', 'TEXT', 'seed of the history'),
  profile: text(null, 'FOLDER', 'one more round with a CPU profile of the projector; prints where its own time goes'),
};

type LiveOptions = OptionValues<typeof OPTIONS>;

export const liveBench = defineBench({
  name: 'live',
  about:
    'how fast the projector catches up with a history, beside kafkajs that reads the same topics while the same\n' +
    'documents are bulk-written in the same pieces',
  options: OPTIONS,
  measure: (run, progress, options) => onWorkbench(run, progress, (bench) => measureLive(bench, options)),
});

interface Round {
  readonly ours: OursOutcome;
  readonly bare: BareOutcome;
}

interface Stage {
  readonly bench: Workbench;
  readonly history: History;
  /** Folder of what the projector wrote. */
  readonly recording: string;
}

async function measureLive(bench: Workbench, options: LiveOptions): Promise<string> {
  const { run, progress } = bench;
  const { events, seed } = options;
  progress('history', `publishing ${events} events`);
  const history = await publishHistory(bench, seed, events);
  const recording = path.join(run.folder, 'recording');
  progress('recording', 'one run of the projector, not timed');
  const distinctDocuments = await recordRun(bench, history, bench.namespace('recorded'), recording);
  const stage = { bench, history, recording };
  const rounds: Round[] = [];
  for (let number = 0; number <= options.rounds; number += 1) {
    progress('round', number === 0 ? 'warming up, not counted' : `${number} of ${options.rounds}`);
    const round = await runRound(stage, number);
    if (number > 0) rounds.push(round);
  }
  const figures = `${headline(options)}\n\n${report(rounds, distinctDocuments)}`;
  return options.profile === null ? figures : `${figures}\n\n${await profileOurs(stage, options.profile)}`;
}

/** Who goes first changes from round to round: whatever the servers carry over is carried to both. */
async function runRound(stage: Stage, number: number): Promise<Round> {
  const early = number % 2 === 0 ? await ourTurn(stage, number) : null;
  const bare = await bareTurn(stage, number);
  return { ours: early ?? (await ourTurn(stage, number)), bare };
}

async function ourTurn({ bench, history }: Stage, number: number): Promise<OursOutcome> {
  const namespace = bench.namespace(`ours-${number}`);
  const ours = await catchUp(bench, history, namespace);
  await bench.ground.clear(namespace);
  bench.progress('ours', `${eventsPerSecond(ours).toFixed(0)} events/s`);
  return ours;
}

async function bareTurn({ bench, history, recording }: Stage, number: number): Promise<BareOutcome> {
  const namespace = bench.namespace(`bare-${number}`);
  const bare = await replay(bench, { namespace, recording, history });
  await bench.ground.clear(namespace);
  bench.progress('bare', `${eventsPerSecond(bare).toFixed(0)} events/s`);
  return bare;
}

async function profileOurs({ bench, history }: Stage, folder: string): Promise<string> {
  bench.progress('profile', 'one more round of ours, slower for being watched');
  await mkdir(folder, { recursive: true });
  const nodeOptions = ['--cpu-prof', `--cpu-prof-dir=${path.resolve(folder)}`];
  await catchUp(bench, history, bench.namespace('profile'), nodeOptions);
  return topFunctions(folder);
}

function report(rounds: readonly Round[], distinctDocuments: number): string {
  const last = rounds.at(-1)?.ours;
  return [
    comparison(
      'Catching up',
      [
        ['bare', rounds.map(({ bare }) => bare)],
        ['ours', rounds.map(({ ours }) => ours)],
      ],
      [...SPEED, DOCUMENTS_SENT, ...COSTS],
    ),
    measurements(`${distinctDocuments} distinct documents`, rounds, [
      ['write amplification of ours', ({ ours }) => ours.documents / distinctDocuments, 2],
      ['seconds of bare spent on parsing the recording', ({ bare }) => bare.asideSeconds, 2],
    ]),
    table(
      'Documents in the last round',
      (last?.metrics.documentsByView ?? []).map(({ view, outcome, count }) => [`${view} ${outcome}`, String(count)]),
    ),
    stages('in the last round', last),
  ].join('\n\n');
}

function headline({ events, rounds, seed }: LiveOptions): string {
  return [
    `Live catch-up of ${events} events (seed ${seed}), ${rounds} counted round(s) after one that warmed up.`,
    serversNote(),
    'ours  the projector as a process of its own, from its readiness to the last durable position; its start is not counted',
    'bare  kafkajs reads and parses the same topics while the same documents go out in the same requests',
  ].join('\n');
}
