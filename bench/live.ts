/** Live catch-up: how fast a history that is there already becomes durable in all documents. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Progress } from '../stack/progress.js';
import { startServers } from '../stack/servers.js';
import { Ground } from './ground.js';
import { type History, publishHistory } from './history.js';
import type { MeteredRun } from './measure.js';
import type { LiveOptions } from './options.js';
import { buildProjector, type OursOutcome, runOurs } from './ours.js';
import { eventsPerSecond } from './outcome.js';
import { topFunctions } from './profile.js';
import { type ProgramOutcome, runProgram } from './program.js';
import { recordRun } from './recording-run.js';
import { type Round, reportOn } from './report.js';

interface Stage {
  readonly run: MeteredRun;
  readonly ground: Ground;
  readonly progress: Progress;
  /** Names everything that this bench makes. */
  readonly prefix: string;
  readonly main: string;
  readonly recording: string;
  readonly history: History;
  readonly naiveHistory: History | null;
}

/** @returns the report. */
export async function benchLive(run: MeteredRun, progress: Progress, options: LiveOptions): Promise<string> {
  progress('projector', 'compiling');
  const main = buildProjector();
  const ground = new Ground(await startServers(run, progress, 'free'));
  const prefix = `bench-${Date.now().toString(36)}`;
  try {
    progress('history', `publishing ${options.events} events`);
    const history = await publishHistory(ground.kafka, prefix, options.seed, options.events);
    const naiveHistory =
      options.naiveEvents === 0
        ? null
        : await publishHistory(ground.kafka, `${prefix}-few`, options.seed, options.naiveEvents);
    const recording = path.join(run.folder, 'recording');
    progress('recording', 'one run of the projector, not timed');
    const { distinctDocuments } = await recordRun(ground, history, `${prefix}-recorded`, recording);
    const stage = { run, ground, progress, prefix, main, recording, history, naiveHistory };
    const rounds = await runRounds(stage, options.rounds);
    const report = `${headline(options)}\n\n${reportOn(rounds, distinctDocuments)}`;
    return options.profile === null ? report : `${report}\n\n${await profileOurs(stage, options.profile)}`;
  } finally {
    if (!run.isStopping) await ground.removeTopics(prefix);
    await ground.close();
  }
}

async function runRounds(stage: Stage, counted: number): Promise<Round[]> {
  const rounds: Round[] = [];
  for (let number = 0; number <= counted; number += 1) {
    stage.progress('round', number === 0 ? 'warming up, not counted' : `${number} of ${counted}`);
    const round = await runRound(stage, number);
    if (number > 0) rounds.push(round);
  }
  return rounds;
}

/** Who goes first changes from round to round: whatever the servers carry over is carried to both. */
async function runRound(stage: Stage, number: number): Promise<Round> {
  if (number % 2 === 0) {
    const ours = await ourTurn(stage, number);
    const bare = await turnOf(stage, 'bare', stage.history, number);
    return { ours, bare, naive: await naiveTurn(stage, number) };
  }
  const bare = await turnOf(stage, 'bare', stage.history, number);
  const ours = await ourTurn(stage, number);
  return { ours, bare, naive: await naiveTurn(stage, number) };
}

async function ourTurn(stage: Stage, number: number): Promise<OursOutcome> {
  const { run, ground, history, main, prefix, progress } = stage;
  const ours = await runOurs(run, ground, history, { main, nodeOptions: [] }, `${prefix}-ours-${number}`);
  progress('ours', `${eventsPerSecond(ours).toFixed(0)} events/s`);
  return ours;
}

async function naiveTurn(stage: Stage, number: number): Promise<ProgramOutcome | null> {
  return stage.naiveHistory === null ? null : turnOf(stage, 'naive', stage.naiveHistory, number);
}

async function turnOf(stage: Stage, name: 'bare' | 'naive', history: History, number: number): Promise<ProgramOutcome> {
  const { run, ground, recording, prefix, progress } = stage;
  const namespace = `${prefix}-${name}-${number}`;
  const { topics, events } = history;
  const outcome = await runProgram(run, name, { addresses: ground.addresses, topics, events, namespace, recording });
  await ground.clear(namespace);
  progress(name, `${eventsPerSecond(outcome).toFixed(0)} events/s`);
  return outcome;
}

async function profileOurs({ run, ground, history, main, prefix, progress }: Stage, folder: string): Promise<string> {
  progress('profile', 'one more round of ours, slower for being watched');
  await mkdir(folder, { recursive: true });
  const nodeOptions = ['--cpu-prof', `--cpu-prof-dir=${path.resolve(folder)}`];
  await runOurs(run, ground, history, { main, nodeOptions }, `${prefix}-profile`);
  return topFunctions(folder);
}

function headline({ events, naiveEvents, rounds, seed }: LiveOptions): string {
  const mongo = process.env.MONGODB_URL
    ? 'MongoDB is the server that MONGODB_URL names.'
    : 'MongoDB is the in-memory stand-in of the embedded stack, not a mongod: its speed says nothing about MongoDB.';
  return [
    `Live catch-up of ${events} events (seed ${seed}), ${rounds} counted round(s) after one that warmed up.`,
    mongo,
    'ours   the projector as a process of its own, from its readiness to the last durable position; its start is not counted',
    'bare   kafkajs reads and parses the same topics while the same documents go out in the same requests',
    `naive  reads, modifies and writes event by event, a history of ${naiveEvents} events`,
  ].join('\n');
}
