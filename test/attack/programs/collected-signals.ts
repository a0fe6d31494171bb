/** Waits in every way in which the product waits, while the collector runs all the time; prints what each came to. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { Feed } from '../../../api/changes/feed.js';
import { ReadModelClient } from '../../../api/client/index.js';
import { FairTurns } from '../../../api/fairness/fair-turns.js';
import { Repeated } from '../../../runtime/repeated.js';
import { untilStopped } from '../../../runtime/stopping.js';
import { limitedInTime } from '../../../runtime/time-limit.js';

const LIMIT_MS = 300;
/** Whoever has not been told by then waits for ever. */
const FOR_EVER_MS = 8_000;

setInterval(() => globalThis.gc?.(), 10).unref();

async function outcomeOf(work: Promise<unknown>): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const forEver = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve('waits for ever'), FOR_EVER_MS);
  });
  const told = work.then(
    () => 'done',
    (error: unknown) => (error instanceof Error ? error.name : String(error)),
  );
  return Promise.race([told, forEver]).finally(() => clearTimeout(timer));
}

/** Nobody but whoever waits for it knows the signal. */
function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

const server = createServer((request, response) => {
  if (request.url?.startsWith('/v1/orders') === true) return;
  response.writeHead(200, { 'Content-Type': 'application/json' }).write('{"data":');
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const client = new ReadModelClient({ baseUrl, timeoutMs: LIMIT_MS });
const afterAWhile = () => {
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error('over')), LIMIT_MS);
  return controller.signal;
};

/** Looks for new partitions at least so often. */
async function followed(): Promise<void> {
  let rounds = 0;
  let enough: () => void = () => {};
  const again = new Promise<void>((resolve) => {
    enough = resolve;
  });
  const log = {
    ranges: async () => {
      rounds += 1;
      if (rounds > 4) enough();
      return [{ earliest: 0, end: 0 }];
    },
    read: async () => ({ changes: [], next: new Map() }),
    follow: (_: number, __: unknown, ___: unknown, signal: AbortSignal) => untilAborted(signal),
  };
  const feed = new Feed(
    {
      ...{
        edition: '1',
        generation: 1,
        views: [],
        log,
        past: log,
        pastTurns: new FairTurns({ turnsMax: 1, placesMax: 1, callerSharePercent: 100 }),
      },
      ...{ readerOf: () => async () => new Map(), sleep: async () => {}, logger: pino({ level: 'silent' }) },
    },
    { recentMax: 1, readTogether: 1, lookForPartitionsMs: 50 },
  );
  await feed.start();
  await again;
  feed.stop();
}

async function everyChange(): Promise<void> {
  for await (const _ of client.changes({}, { signal: afterAWhile() }));
}

async function repeatedUntilStopped(): Promise<void> {
  const repeated = new Repeated(async () => {}, 3_600_000);
  const running = repeated.run();
  setTimeout(() => void repeated.stop(), LIMIT_MS);
  await running;
}

const waits: Readonly<Record<string, Promise<unknown>>> = {
  'until the time is up': limitedInTime(LIMIT_MS, untilAborted),
  'until another is aborted': limitedInTime(3_600_000, untilAborted, afterAWhile()),
  'until stopped': untilStopped(new Promise(() => {}), afterAWhile()),
  'a pause that is ended': repeatedUntilStopped(),
  'the feed looks for partitions': followed(),
  'the client, without an answer': client.orders.list(),
  'the client, within an answer': client.products.list(),
  'the client, cancelled': client.orders.list({}, { timeoutMs: 3_600_000, signal: afterAWhile() }),
  'the client, following changes': everyChange(),
};
const outcomes = await Promise.all(
  Object.entries(waits).map(async ([name, wait]) => [name, await outcomeOf(wait)] as const),
);
process.stdout.write(JSON.stringify(Object.fromEntries(outcomes)), () => process.exit());
