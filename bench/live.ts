/** Live catch-up: how fast a history that is there already becomes durable in all documents. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { projectorSettings } from '../projector/config.js';
import { readSettings } from '../runtime/settings.js';
import { defineBench } from './declaration.js';
import { recordEveryVersion } from './every-version.js';
import type { History } from './feed.js';
import { beginOfToday, publishHistory, shopEvents } from './history.js';
import { type OptionValues, text, wholeNumber } from './options.js';
import { type OursOutcome, runOurs } from './ours.js';
import { eventsPerSecond } from './outcome.js';
import { topFunctions } from './profile.js';
import { type ProgramOutcome, runContender } from './program.js';
import { recordRun } from './recording-run.js';
import { type LiveFigures, type Round, reportOn } from './report.js';
import { RoundTrips } from './round-trips.js';
import { onWorkbench, serversNote, type Workbench } from './workbench.js';

/** The naive projector is slow: it gets a smaller shop of its own. */
const NAIVE_EVENTS_MAX = 5000;
const NAIVE_SHARE = 10;

const OPTIONS = {
  events: wholeNumber(150_000, 1000, 'events of the history', 'BENCH_EVENTS'),
  'naive-events': wholeNumber(
    NAIVE_EVENTS_MAX,
    0,
    'at most so many, and a tenth, for the naive projector; 0 leaves it out',
  ),
  rounds: wholeNumber(3, 1, 'rounds that are counted, after one that is not'),
  seed: text('bench', 'TEXT', 'seed of the history'),
  profile: text(null, 'FOLDER', 'one more round with a CPU profile of the projector; prints where its own time goes'),
};

type LiveOptions = OptionValues<typeof OPTIONS>;

export const liveBench = defineBench({
  name: 'live',
  about:
    'how fast the projector catches up with a history, beside measures taken in the same run:\n' +
    'bare    reads the same topics with kafkajs alone and bulk-writes the same documents in the same pieces\n' +
    'every   the same, but every version: one write for each event and document that it touches\n' +
    'naive   reads, modifies and writes the documents event by event',
  options: OPTIONS,
  measure: (run, progress, options) => onWorkbench(run, progress, (bench) => measureLive(bench, options)),
});

interface Stage {
  readonly bench: Workbench;
  readonly history: History;
  readonly naiveHistory: History | null;
  /** Folder of what the projector wrote. */
  readonly recording: string;
  /** Folder of the same with every version. */
  readonly every: string;
}

async function measureLive(bench: Workbench, options: LiveOptions): Promise<string> {
  const { run, ground, progress, prefix } = bench;
  const { events, seed } = options;
  progress('history', `publishing ${events} events`);
  const today = beginOfToday();
  const history = await publishHistory(ground.kafka, prefix, seed, events, today);
  const fewer = Math.min(options['naive-events'], Math.floor(events / NAIVE_SHARE));
  const naiveHistory = fewer === 0 ? null : await publishHistory(ground.kafka, `${prefix}-few`, seed, fewer, today);
  const recording = path.join(run.folder, 'recording');
  const every = path.join(run.folder, 'every');
  progress('recording', 'one run of the projector, not timed');
  const distinctDocuments = await recordRun(ground, history, bench.namespace('recorded'), recording);
  const { BUSINESS_TIME_ZONE, REPORTING_CURRENCY } = readSettings(projectorSettings, process.env);
  const derivation = { businessTimeZone: BUSINESS_TIME_ZONE, reportingCurrency: REPORTING_CURRENCY };
  await recordEveryVersion(shopEvents(seed, events, today), derivation, recording, every);
  const stage = { bench, history, naiveHistory, recording, every };
  const roundTrips = await warmUp(stage);
  const rounds: Round[] = [];
  for (let number = 1; number <= options.rounds; number += 1) {
    progress('round', `${number} of ${options.rounds}`);
    rounds.push(await runRound(stage, number));
  }
  const figures: LiveFigures = { rounds, distinctDocuments, roundTrips };
  const report = `${headline(options, fewer)}\n\n${reportOn(figures)}`;
  return options.profile === null ? report : `${report}\n\n${await profileOurs(stage, options.profile)}`;
}

/** A round that is not counted: in it, something between the projector and the stores counts the requests. */
async function warmUp(stage: Stage): Promise<LiveFigures['roundTrips']> {
  const { run, ground, main, progress } = stage.bench;
  progress('round', 'warming up, not counted');
  const between = await RoundTrips.open(ground.addresses);
  const program = { main, nodeOptions: [] };
  try {
    await runOurs(run, ground, stage.history, program, stage.bench.namespace('ours-0'), between.addresses);
  } finally {
    between.close();
  }
  await bareTurn(stage, 'bare', 0);
  await bareTurn(stage, 'every', 0);
  await naiveTurn(stage, 0);
  return between.counts();
}

/** Who goes first changes from round to round: whatever the servers carry over is carried to all. */
async function runRound(stage: Stage, number: number): Promise<Round> {
  const early = number % 2 === 0 ? await ourTurn(stage, number) : null;
  const bare = await bareTurn(stage, 'bare', number);
  const ours = early ?? (await ourTurn(stage, number));
  const every = await bareTurn(stage, 'every', number);
  return { ours, bare, every, naive: await naiveTurn(stage, number) };
}

async function ourTurn({ bench, history }: Stage, number: number): Promise<OursOutcome> {
  const { run, ground, main, progress } = bench;
  const ours = await runOurs(run, ground, history, { main, nodeOptions: [] }, bench.namespace(`ours-${number}`));
  progress('ours', `${eventsPerSecond(ours).toFixed(0)} events/s`);
  return ours;
}

function bareTurn(stage: Stage, name: 'bare' | 'every', number: number): Promise<ProgramOutcome> {
  return turnOf(stage, name, 'bare', stage.history, name === 'bare' ? stage.recording : stage.every, number);
}

async function naiveTurn(stage: Stage, number: number): Promise<ProgramOutcome | null> {
  const { naiveHistory, recording } = stage;
  return naiveHistory === null ? null : turnOf(stage, 'naive', 'naive', naiveHistory, recording, number);
}

async function turnOf(
  { bench }: Stage,
  name: string,
  program: 'bare' | 'naive',
  { topics, events }: History,
  recording: string,
  number: number,
): Promise<ProgramOutcome> {
  const { run, ground, progress } = bench;
  const namespace = bench.namespace(`${name}-${number}`);
  const { addresses } = ground;
  const outcome = await runContender(run, program, { addresses, topics, events, namespace, recording });
  await ground.clear(namespace);
  progress(name, `${eventsPerSecond(outcome).toFixed(0)} events/s`);
  return outcome;
}

async function profileOurs({ bench, history }: Stage, folder: string): Promise<string> {
  const { run, ground, main, progress } = bench;
  progress('profile', 'one more round of ours, slower for being watched');
  await mkdir(folder, { recursive: true });
  const nodeOptions = ['--cpu-prof', `--cpu-prof-dir=${path.resolve(folder)}`];
  await runOurs(run, ground, history, { main, nodeOptions }, bench.namespace('profile'));
  return topFunctions(folder);
}

function headline({ events, rounds, seed }: LiveOptions, naiveEvents: number): string {
  return [
    `Live catch-up of ${events} events (seed ${seed}), ${rounds} counted round(s) after one that warmed up.`,
    serversNote(),
    'ours   the projector as a process of its own, from its readiness to the last durable position; its start is not counted',
    'bare   kafkajs reads and parses the same topics while the same documents go out in the same requests',
    'every  the same with one write for each event and document that it touches, in requests as large as the projector makes',
    ...(naiveEvents === 0
      ? []
      : [`naive  reads, modifies and writes event by event, a history of ${naiveEvents} events`]),
  ].join('\n');
}
