import { parseArgs } from 'node:util';

export interface LiveOptions {
  readonly events: number;
  /** The naive projector is slow: it gets a smaller shop of its own. */
  readonly naiveEvents: number;
  /** Counted rounds; one more goes before them and is not counted. */
  readonly rounds: number;
  readonly seed: string;
  /** Folder for the CPU profile of one more round; `null` for none. */
  readonly profile: string | null;
}

export type Command = { readonly kind: 'help' } | { readonly kind: 'live'; readonly options: LiveOptions };

export class OptionsError extends Error {
  override readonly name = 'OptionsError';
}

const NAIVE_EVENTS_MAX = 5000;
const NAIVE_SHARE = 10;

export const HELP = `npm run bench -- [live] [options]

live     how fast the projector catches up with a history, beside two measures taken in the same run:
         bare    reads the same topics with kafkajs alone and bulk-writes the same documents in the same pieces
         naive   reads, modifies and writes the documents event by event

  --events N         events of the history (150000, or BENCH_EVENTS)
  --naive-events N   events of the smaller history for the naive projector (a tenth, at most ${NAIVE_EVENTS_MAX}); 0 leaves it out
  --rounds N         rounds that are counted, after one that is not (3)
  --seed TEXT        seed of the history (bench)
  --profile FOLDER   one more round with a CPU profile of the projector; prints where its own time goes
  --help             this text

The bench starts the embedded servers on free ports. KAFKA_BROKERS, ELASTICSEARCH_URL and MONGODB_URL name existing
ones instead, each by itself; their CPU time is then unknown. Everything else in the environment reaches the projector:
BATCH_EVENTS_MAX=8000 npm run bench measures that setting.
`;

/** @throws OptionsError that names the option. */
export function readCommand(args: readonly string[], env: NodeJS.ProcessEnv): Command {
  const { values, positionals } = parse(args);
  if (values.help === true) return { kind: 'help' };
  const [name = 'live', ...rest] = positionals;
  if (name !== 'live' || rest.length > 0) {
    throw new OptionsError(`There is no bench "${positionals.join(' ')}": choose live, or see --help.`);
  }
  const events = wholeNumber('--events', values.events ?? env.BENCH_EVENTS ?? '150000', 1000);
  const naiveEvents = values['naive-events'] ?? String(Math.min(NAIVE_EVENTS_MAX, Math.floor(events / NAIVE_SHARE)));
  return {
    kind: 'live',
    options: {
      events,
      naiveEvents: wholeNumber('--naive-events', naiveEvents, 0),
      rounds: wholeNumber('--rounds', values.rounds ?? '3', 1),
      seed: values.seed ?? 'bench',
      profile: values.profile ?? null,
    },
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        events: { type: 'string' },
        'naive-events': { type: 'string' },
        rounds: { type: 'string' },
        seed: { type: 'string' },
        profile: { type: 'string' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new OptionsError(`${error instanceof Error ? error.message : error} See --help.`);
  }
}

function wholeNumber(option: string, text: string, least: number): number {
  const number = Number(text);
  if (/^\d{1,9}$/.test(text) && number >= least) return number;
  throw new OptionsError(`${option} is "${text}": give a whole number of at least ${least}.`);
}
