/** The API's own share: how much longer an answer takes than the same questions put straight to the stores. */
import { Clients } from './api-clients.js';
import { StoreRecorder, type StoreRequest } from './api-recording.js';
import { DEEP_PAGE, FIRST_PAGE, type Row, rowsOf } from './api-rows.js';
import { openShop } from './catch-up.js';
import { defineBench } from './declaration.js';
import { medianOf, percentile } from './figures.js';
import { type OptionValues, wholeNumber } from './options.js';
import { RunningApi, type Scene } from './processes.js';
import { comparison, type Measure, measurements, SHARES } from './report.js';
import { onWorkbench, serversNote, type Workbench } from './workbench.js';

const OPTIONS = {
  orders: wholeNumber(30_000, 100, 'orders of the shop'),
  rounds: wholeNumber(5, 1, 'rounds that are counted, after one that is not'),
  samples: wholeNumber(300, 10, 'answers of each row and side in each round'),
  page: wholeNumber(1_000, 2, 'the page that is reached by cursor'),
};

export const apiBench = defineBench({
  name: 'api',
  about:
    'how long the API takes to answer, beside the very same questions put straight to Elasticsearch and MongoDB by the\n' +
    'same client, in turn; and a page deep in a list beside its first page',
  options: OPTIONS,
  measure: (run, progress, options) => onWorkbench(run, progress, (bench) => measureApi(bench, options)),
});

/** A row with what the API asks the stores for each of its variants. */
interface RecordedRow extends Row {
  readonly questions: readonly (readonly StoreRequest[])[];
  readonly rounds: Times[];
}

async function measureApi(bench: Workbench, options: OptionValues<typeof OPTIONS>): Promise<string> {
  const shop = await openShop(bench, options.orders);
  const clients = new Clients(bench.ground.addresses, shop.namespace);
  try {
    const rows = await recordRows(bench, shop, clients, options.page);
    const api = await RunningApi.start(bench, shop);
    for (let round = 0; round <= options.rounds; round += 1) {
      bench.progress('round', round === 0 ? 'warming up, not counted' : `${round} of ${options.rounds}`);
      for (const row of rows) {
        const times = await inTurn(clients, api.url, row, options.samples);
        if (round > 0) row.rounds.push(times);
      }
    }
    await api.stop();
    return `${headline(options)}\n\n${report(rows, options.rounds)}`;
  } finally {
    await clients.close();
  }
}

/** Asks an API that reaches its stores through recorders; afterwards nothing stands between any more. */
async function recordRows(bench: Workbench, shop: Scene, clients: Clients, page: number): Promise<RecordedRow[]> {
  const recorder = await StoreRecorder.open(bench.ground.addresses);
  try {
    const api = await RunningApi.start(bench, shop, undefined, recorder.addresses);
    bench.progress('rows', `paging to page ${page}`);
    const rows = await rowsOf(clients, api.url, page);
    const recorded: RecordedRow[] = [];
    for (const row of rows) {
      const questions: StoreRequest[][] = [];
      for (const path of row.paths) {
        recorder.take();
        const { status } = await clients.get(api.url + path);
        if (status !== 200) throw new Error(`The API answered ${path} with ${status}.`);
        questions.push(recorder.take());
      }
      recorded.push({ ...row, questions, rounds: [] });
    }
    await api.stop();
    return recorded;
  } finally {
    recorder.stop();
  }
}

/** Milliseconds of each answer. */
interface Times {
  readonly api: number[];
  readonly straight: number[];
}

async function inTurn(clients: Clients, url: string, row: RecordedRow, samples: number): Promise<Times> {
  const times: Times = { api: [], straight: [] };
  for (let i = 0; i < samples; i += 1) {
    const variant = i % row.paths.length;
    const sides = [
      async () => {
        const { status } = await timed(times.api, () => clients.get(`${url}${row.paths[variant]}`));
        if (status !== 200) throw new Error(`The API answered ${row.paths[variant]} with ${status}.`);
      },
      () => timed(times.straight, () => clients.straight(row.questions[variant] ?? [])),
    ];
    // Who comes second finds the caches warm.
    for (const side of i % 2 === 0 ? sides : sides.reverse()) await side();
  }
  return times;
}

async function timed<Result>(times: number[], work: () => Promise<Result>): Promise<Result> {
  const begun = performance.now();
  const result = await work();
  times.push(performance.now() - begun);
  return result;
}

function report(rows: readonly RecordedRow[], rounds: number): string {
  type Turn = { readonly side: keyof Times; readonly round: number };
  const turns = (side: keyof Times) => Array.from({ length: rounds }, (_, round): Turn => ({ side, round }));
  const of = (row: RecordedRow | undefined, { side, round }: Turn, share: number) =>
    percentile(row?.rounds[round]?.[side] ?? [], share);
  const measures = rows.flatMap((row) =>
    SHARES.map(
      (share): Measure<Turn> => [`${row.name} (${storesOf(row)}), p${100 * share}`, (turn) => of(row, turn, share), 2],
    ),
  );
  const [first, deep] = [FIRST_PAGE, DEEP_PAGE].map((name) => rows.find((row) => row.name === name));
  return [
    comparison(
      'Milliseconds within each round',
      [
        ['straight', turns('straight')],
        ['API', turns('api')],
      ],
      measures,
    ),
    measurements(
      `${DEEP_PAGE} / ${FIRST_PAGE}, both through the API`,
      turns('api'),
      SHARES.map((share) => [`p${100 * share}`, (turn) => of(deep, turn, share) / of(first, turn, share), 2]),
    ),
  ].join('\n\n');
}

/** E.g. `2 mongodb`: how many requests the API makes to which store for one answer. */
function storesOf({ questions }: RecordedRow): string {
  const counts = new Map<string, number[]>();
  for (const store of ['elasticsearch', 'mongodb'] as const) {
    const each = questions.map((requests) => requests.filter((request) => request.store === store).length);
    if (each.some((count) => count > 0)) counts.set(store, each);
  }
  return [...counts].map(([store, each]) => `${medianOf(each)} ${store}`).join(', ');
}

function headline({ orders, rounds, samples }: OptionValues<typeof OPTIONS>): string {
  return [
    `A shop of ${orders} orders; ${rounds} counted rounds of ${samples} answers for each row and side, one at a time.`,
    serversNote(),
    'Straight: the requests that the API makes for the same answer, recorded from it, put to the stores side by side by',
    'the client that asks the API, over kept-alive connections; answers are parsed on both sides.',
  ].join('\n');
}
