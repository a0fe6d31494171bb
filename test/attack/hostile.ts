/**
 * The hostile callers, as a process of their own: what they do must not delay those who measure. It is told what to do
 * in ATTACK_TASK, and says at the end on standard output what came of it.
 */
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import type { History } from '../../bench/feed.js';
import { atPace } from './pace.js';
import type { Ending, Front } from './repertoire/attack.js';
import { RECORDS } from './repertoire/records.js';
import { campaign } from './repertoire/repertoire.js';
import { counted } from './verdict.js';

export interface Task {
  readonly host: string;
  readonly port: number;
  readonly keys: readonly string[];
  readonly requestsPerSecond: number;
  readonly seconds: number;
  readonly seed: string;
  readonly brokers: readonly string[];
  readonly topics: History['topics'];
}

export interface Campaign {
  /** By attack: the requests that were made, and how they ended. */
  readonly attacks: Readonly<Record<string, { readonly requests: number; readonly endings: [Ending, number][] }>>;
  /** By kind of record: how often it was published. */
  readonly records: Readonly<Record<string, number>>;
}

const RECORDS_EVERY_MS = 3_000;
/** What local callers can be told apart by, where they have no key. */
const ADDRESSES = ['127.0.0.2', '127.0.0.3', '127.0.0.4', '127.0.0.5'];

const task = JSON.parse(process.env.ATTACK_TASK ?? 'null') as Task | null;
if (task === null) throw new Error('This program is started by the attack: npm run attack.');
const [attacks, records] = await Promise.all([attack(task), publish(task)]);
const told: Campaign = { attacks, records };
process.stdout.write(`${JSON.stringify(told)}\n`, () => process.exit(0));

async function attack({ requestsPerSecond, seconds, seed, ...task }: Task): Promise<Campaign['attacks']> {
  const plan = campaign(seed, requestsPerSecond * seconds);
  const made: { name: string; requests: number; endings: readonly Ending[] }[] = [];
  await atPace(requestsPerSecond, seconds, (i) => {
    const { value } = plan.next();
    if (value === undefined) return null;
    const { name, requests, carryOut } = value;
    const over = carryOut(frontOf(task, i)).then((endings) => made.push({ name, requests, endings }));
    return { requests, over };
  });
  const names = [...new Set(made.map(({ name }) => name))];
  return Object.fromEntries(
    names.map((name) => {
      const these = made.filter((one) => one.name === name);
      const requests = these.reduce((sum, one) => sum + one.requests, 0);
      return [name, { requests, endings: counted(these.flatMap(({ endings }) => endings)) }];
    }),
  );
}

/** Each has a key or none, in turns. */
function frontOf({ host, port, keys }: Pick<Task, 'host' | 'port' | 'keys'>, i: number): Front {
  const who = i % (keys.length + 1);
  const credential = keys[who] === undefined ? '' : `X-Api-Key: ${keys[who]}`;
  return { host, port, from: ADDRESSES[who % ADDRESSES.length] ?? host, credential };
}

async function publish({ brokers, topics, seconds }: Task): Promise<Campaign['records']> {
  const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING });
  const producer = kafka.producer({
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  const counts: Record<string, number> = Object.fromEntries(RECORDS.map(({ name }) => [name, 0]));
  const untilMs = performance.now() + seconds * 1000;
  for (let i = 0; performance.now() < untilMs; i += 1) {
    const record = RECORDS[i % RECORDS.length];
    if (record === undefined) break;
    const round = counts[record.name] ?? 0;
    await record.send(producer, topics, round);
    counts[record.name] = round + 1;
    await new Promise((resolve) => setTimeout(resolve, RECORDS_EVERY_MS));
  }
  await producer.disconnect();
  return counts;
}
