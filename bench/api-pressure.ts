/** More than the API can do: what those notice whom it answers, and what those whom it refuses. */
import { Clients } from './api-clients.js';
import { openShop } from './catch-up.js';
import { defineBench } from './declaration.js';
import { percentile, table } from './figures.js';
import { type MemoryFigure, memoryBytes } from './measure.js';
import { type OptionValues, wholeNumber } from './options.js';
import { RunningApi } from './processes.js';
import { onWorkbench, serversNote, type Workbench } from './workbench.js';

const OPTIONS = {
  orders: wholeNumber(5_000, 100, 'orders of the shop'),
  clients: wholeNumber(16, 1, 'clients that find out the capacity, each with one request at a time'),
  seconds: wholeNumber(10, 2, 'how long each load lasts'),
  times: wholeNumber(2, 2, 'so many times the capacity is offered'),
};

export const pressureBench = defineBench({
  name: 'pressure',
  about:
    'the API under more load than it can carry: requests come at a steady pace, whether or not those before were\n' +
    'answered; how long the answered and the refused take beside an unloaded API, its memory, and how soon it is over',
  options: OPTIONS,
  measure: (run, progress, options) => onWorkbench(run, progress, (bench) => measurePressure(bench, options)),
});

interface Answered {
  /** 0: the connection was closed or refused. */
  readonly status: number;
  readonly ms: number;
}

interface Load {
  readonly name: string;
  readonly seconds: number;
  readonly answers: readonly Answered[];
}

const UNLOADED_SAMPLES = 300;
const RECOVERED_SAMPLES = 20;
const PATHS = ['/v1/orders?size=20', '/v1/orders?facets=status', '/v1/customers?size=20', '/v1/products?sort=-price'];

async function measurePressure(bench: Workbench, options: OptionValues<typeof OPTIONS>): Promise<string> {
  const shop = await openShop(bench, options.orders);
  const clients = new Clients(bench.ground.addresses, shop.namespace);
  const api = await RunningApi.start(bench, shop);
  const ask = async (i: number): Promise<Answered> => {
    const begun = performance.now();
    const status = await clients.get(api.url + PATHS[i % PATHS.length]).then(
      (reply) => reply.status,
      () => 0,
    );
    return { status, ms: performance.now() - begun };
  };
  try {
    bench.progress('capacity', `${options.clients} clients`);
    await closedLoop(ask, options.clients, options.seconds / 2);
    const capacity = await closedLoop(ask, options.clients, options.seconds);
    const unloaded = await closedLoop(ask, 1, Number.POSITIVE_INFINITY, UNLOADED_SAMPLES);
    const perSecond = Math.round(capacity.answers.length / capacity.seconds);
    const offered = perSecond * options.times;
    bench.progress('overload', `${offered} requests/s, the capacity being ${perSecond}`);
    const before = memoryMb(api);
    const overload = await openLoop(ask, offered, options.seconds);
    const recovered = await recovery(ask, percentile(times(unloaded.answers), 0.99));
    const memory = [before, memoryMb(api), memoryMb(api, 'VmHWM')];
    if (!api.service.isRunning) throw new Error('The API did not survive the load.');
    await api.stop();
    return [
      headline(options, perSecond),
      latencies([unloaded, capacity, overload, recovered]),
      facts(overload, unloaded, recovered.seconds, memory),
    ].join('\n\n');
  } finally {
    await clients.close();
  }
}

type Ask = (i: number) => Promise<Answered>;

/** Each client asks anew as soon as it has its answer. */
async function closedLoop(
  ask: Ask,
  clients: number,
  seconds: number,
  samples = Number.POSITIVE_INFINITY,
): Promise<Load> {
  const answers: Answered[] = [];
  const begun = performance.now();
  const isOver = () => performance.now() - begun > seconds * 1000 || answers.length >= samples;
  const client = async () => {
    while (!isOver()) answers.push(await ask(answers.length));
  };
  await Promise.all(Array.from({ length: clients }, client));
  const name = clients === 1 ? 'unloaded, one client' : `${clients} clients`;
  return { name, seconds: (performance.now() - begun) / 1000, answers };
}

/** Requests come at their pace, however long the answers take. */
async function openLoop(ask: Ask, perSecond: number, seconds: number): Promise<Load> {
  const asked: Promise<Answered>[] = [];
  const begun = performance.now();
  for (let elapsed = 0; elapsed < seconds; elapsed = (performance.now() - begun) / 1000) {
    const due = Math.floor(elapsed * perSecond);
    while (asked.length < due) asked.push(ask(asked.length));
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const answers = await Promise.all(asked);
  return { name: `${perSecond} requests/s`, seconds: (performance.now() - begun) / 1000, answers };
}

/** Until so many answers in a row are as fast as the slowest of the unloaded API. */
async function recovery(ask: Ask, ms: number): Promise<Load> {
  const answers: Answered[] = [];
  const begun = performance.now();
  for (let inARow = 0; inARow < RECOVERED_SAMPLES && answers.length < 100 * RECOVERED_SAMPLES; ) {
    const answer = await ask(answers.length);
    answers.push(answer);
    inARow = answer.status === 200 && answer.ms <= ms ? inARow + 1 : 0;
  }
  return { name: 'right afterwards', seconds: (performance.now() - begun) / 1000, answers };
}

function times(answers: readonly Answered[]): number[] {
  return answers.map(({ ms }) => ms);
}

function latencies(loads: readonly Load[]): string {
  const rows = loads.map(({ name, seconds, answers }) => {
    const answered = answers.filter(({ status }) => status === 200);
    const refused = answers.filter(({ status }) => status === 503);
    const rest = answers.length - answered.length - refused.length;
    return [
      name,
      (answered.length / seconds).toFixed(0),
      ...[0.5, 0.99].map((share) => percentile(times(answered), share).toFixed(1)),
      (refused.length / seconds).toFixed(0),
      ...[0.5, 0.99].map((share) => (refused.length === 0 ? '–' : percentile(times(refused), share).toFixed(1))),
      String(rest),
    ];
  });
  const head = ['', 'answered/s', 'p50 ms', 'p99 ms', 'refused/s', 'p50 ms', 'p99 ms', 'otherwise'];
  return table('Answers (200), refusals (503), and whatever else came, of which there should be none', [head, ...rows]);
}

function facts(overload: Load, unloaded: Load, recoveredSeconds: number, memory: readonly string[]): string {
  const p99 = (load: Load) => percentile(times(load.answers.filter(({ status }) => status === 200)), 0.99);
  return table('Under overload', [
    ['p99 of the answered / p99 unloaded', (p99(overload) / p99(unloaded)).toFixed(1)],
    [`seconds until ${RECOVERED_SAMPLES} answers in a row are as fast as unloaded`, recoveredSeconds.toFixed(2)],
    ['memory before, after and at most, MB', memory.join(' / ')],
  ]);
}

function memoryMb({ service }: RunningApi, figure?: MemoryFigure): string {
  const bytes = memoryBytes(service.pid, figure);
  return bytes === null ? '–' : (bytes / 1024 ** 2).toFixed(0);
}

function headline({ seconds, times: factor, clients }: OptionValues<typeof OPTIONS>, perSecond: number): string {
  return [
    `${factor} times the capacity for ${seconds} s; the capacity is what ${clients} clients get: ${perSecond} requests/s.`,
    serversNote(),
    'The client and the servers share the processors with the API, so the capacity is that of all of them together.',
  ].join('\n');
}
