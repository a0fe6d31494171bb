/** Looks at everything that the projector relies on, and says what to do about what is not right. */

import type { Server } from '../../runtime/presence/server.js';
import { messageOf } from '../../runtime/retrying.js';
import type { RegistryRecord } from '../../runtime/storage/records.js';
import { liveOf } from '../../runtime/storage/registry.js';
import { isOfThisShape, viewsDeclaredOtherwise } from '../../runtime/storage/shape.js';
import type { LogRange } from '../ports/events.js';
import type { Check, ServerReport, TopicRetention } from '../ports/examination.js';
import type { GenerationStorage, GenerationTraces, Registry } from '../ports/generations.js';

type ServerName = Server['name'];

export interface DoctorPorts {
  readonly registry: Pick<Registry, 'read'>;
  readonly storages: readonly GenerationStorage[];
  /** The stores only: consumer groups of generations that are gone are kept by Kafka for a while. */
  readonly traces: readonly GenerationTraces[];
  /** Why the server cannot be examined, with its address and setting; empty when it answers. */
  readonly absent: (name: ServerName) => Promise<readonly string[]>;
  readonly servers: Readonly<Record<ServerName, () => Promise<ServerReport>>>;
  readonly retention: () => Promise<readonly TopicRetention[]>;
  readonly ranges: () => Promise<ReadonlyMap<string, readonly LogRange[]>>;
  /** Where stored mappings and indexes are not as declared, each in words. */
  readonly drift: (registry: RegistryRecord) => Promise<readonly string[]>;
  /** The ticket counter of the served generation, and the highest ticket found on anything that it guards. */
  readonly tickets: (registry: RegistryRecord) => Promise<{ readonly last: number; readonly highest: number }>;
}

/** A switch relies on clocks being this close together. */
const CLOCK_FAIL_MS = 5_000;
export const CLOCK_WARN_MS = 1_000;

/** How long one server may take to be looked at: the others are not kept waiting. */
const SERVER_MS_MAX = 10_000;
const SERVERS: readonly ServerName[] = ['Kafka', 'Elasticsearch', 'MongoDB'];

export async function examine(ports: DoctorPorts): Promise<readonly Check[]> {
  const reports = await Promise.all(SERVERS.map((name) => serverChecks(name, ports)));
  const away = SERVERS.filter((name, at) =>
    reports[at]?.some((check) => check.name === name && check.verdict === 'fail'),
  );
  const unless = (needed: readonly ServerName[]): Look => {
    const missing = needed.filter((name) => away.includes(name));
    return (name, work, cure) => (missing.length > 0 ? notLooked(name, missing) : guarded(name, work, cure));
  };
  const cure = 'Check that the topics exist: a projector creates them.';
  return [
    ...reports.flat(),
    ...(await unless(['Kafka'])('topics', () => topicChecks(ports), cure)),
    ...(await unless(['MongoDB'])('generations', () => generationChecks(ports, unless(SERVERS_OF_DOCUMENTS)))),
  ];
}

const SERVERS_OF_DOCUMENTS: readonly ServerName[] = ['Elasticsearch', 'MongoDB'];

/** Looks, unless what it takes is away. */
type Look = (name: string, work: () => Promise<readonly Check[]>, cure?: string) => Promise<readonly Check[]>;

async function notLooked(name: string, missing: readonly ServerName[]): Promise<readonly Check[]> {
  const detail = `not looked at without ${missing.join(' and ')}`;
  return [{ name, verdict: 'warn', detail, cure: 'Look again when it is there.' }];
}

async function serverChecks(name: ServerName, { absent, servers }: DoctorPorts): Promise<readonly Check[]> {
  return guarded(name, async () => {
    const [why] = await absent(name);
    if (why !== undefined) throw new Error(why);
    const { version, supported, remarks, clockAheadMs } = await inTime(servers[name]());
    const reached: Check = supported
      ? { name, verdict: 'ok', detail: version, cure: null }
      : {
          name,
          verdict: 'warn',
          detail: version,
          cure: 'The projector is not made for this version: see docs/operations.md.',
        };
    return [
      reached,
      ...remarks.map((remark) => ({ name, ...remark })),
      ...(clockAheadMs === null ? [] : [clockCheck(name, clockAheadMs)]),
    ];
  });
}

async function inTime<Result>(looking: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`It answers, and was not looked at within ${SERVER_MS_MAX / 1000} s.`)),
      SERVER_MS_MAX,
    );
  });
  return Promise.race([looking, late]).finally(() => clearTimeout(timer));
}

function clockCheck(server: string, aheadMs: number): Check {
  const name = `${server}: clock`;
  const off = Math.abs(aheadMs);
  const detail = `${Math.round(aheadMs)} ms ahead of this machine`;
  if (off < CLOCK_WARN_MS) return { name, verdict: 'ok', detail, cure: null };
  return {
    ...{ name, detail, verdict: off < CLOCK_FAIL_MS ? 'warn' : 'fail' },
    cure: 'Synchronize the clocks of all machines (NTP): leases, windows of days and switches rely on them.',
  };
}

async function topicChecks({ retention, ranges }: DoctorPorts): Promise<readonly Check[]> {
  const held = await ranges();
  return (await retention()).map(({ topic, cleanupPolicy, retentionMs, retentionBytes }) => {
    const name = `topic ${topic}`;
    const lost = (held.get(topic) ?? []).filter(({ low }) => low > 0);
    if (cleanupPolicy?.includes('compact')) {
      return {
        ...{
          name,
          verdict: 'fail' as const,
          detail: `cleanup.policy=${cleanupPolicy}: it drops all but the last event`,
        },
        cure: 'Set cleanup.policy=delete and retention.ms=-1. What is gone already cannot be rebuilt.',
      };
    }
    if (retentionMs !== '-1' || retentionBytes !== '-1') {
      return {
        ...{ name, verdict: 'warn' as const },
        detail: `it forgets: retention.ms=${retentionMs}, retention.bytes=${retentionBytes}`,
        cure: 'Set retention.ms=-1 and retention.bytes=-1: a rebuild needs every event there ever was.',
      };
    }
    if (lost.length > 0) {
      const events = lost.reduce((sum, { low }) => sum + low, 0);
      return {
        ...{ name, verdict: 'warn' as const, detail: `${events} events before its beginning are gone` },
        cure: 'A rebuild from the beginning will lack them: rebuild from a time or offsets that are still there.',
      };
    }
    return { name, verdict: 'ok' as const, detail: 'keeps everything', cure: null };
  });
}

async function generationChecks(ports: DoctorPorts, look: Look): Promise<readonly Check[]> {
  const known = await ports.registry.read();
  if (known === null) {
    const cure = 'Start a projector: it begins the first generation.';
    return [{ name: 'registry', verdict: 'warn', detail: 'nothing is projected in this namespace yet', cure }];
  }
  const live = liveOf(known);
  return [
    { name: 'registry', verdict: 'ok', detail: `generation ${live.number} is served`, cure: null },
    ...(await look('completeness', async () => [await completeness(ports, known)])),
    ...(await look('leftovers', async () => [await leftovers(ports, known)])),
    definition(known),
    ...(await look('mappings', async () => [await mappings(ports, known)])),
    ...(await look('ticket counter', async () => [await ticketCounter(ports, known)])),
  ];
}

async function completeness({ storages }: DoctorPorts, known: RegistryRecord): Promise<Check> {
  const name = 'completeness';
  const missing = (
    await Promise.all(known.generations.flatMap((record) => storages.map((storage) => storage.missing(record))))
  ).flat();
  if (missing.length === 0) return { name, verdict: 'ok', detail: 'every generation is whole', cure: null };
  return {
    ...{ name, verdict: 'fail', detail: `missing: ${missing.join(', ')}` },
    cure: 'A store lost data or an address is that of another server. Check the addresses; if the data is gone, rebuild.',
  };
}

async function leftovers({ traces }: DoctorPorts, known: RegistryRecord): Promise<Check> {
  const name = 'leftovers';
  const registered = new Set(known.generations.map(({ number }) => number));
  const found = (await Promise.all(traces.map((trace) => trace.numbers()))).flat();
  const left = [...new Set(found)].filter((number) => !registered.has(number)).sort((a, b) => a - b);
  if (left.length === 0) return { name, verdict: 'ok', detail: 'none', cure: null };
  return {
    ...{ name, verdict: 'warn', detail: `generations that are not registered: ${left.join(', ')}` },
    cure: left.map((number) => `projector rebuild retire ${number}`).join('; '),
  };
}

function definition(known: RegistryRecord): Check {
  const name = 'definitions';
  const live = liveOf(known);
  if (isOfThisShape(live)) return { name, verdict: 'ok', detail: 'views are declared as they are stored', cure: null };
  const views = viewsDeclaredOtherwise(live.definitions ?? {}).join(', ');
  return {
    ...{
      name,
      verdict: 'warn',
      detail: `this version declares ${views} otherwise than generation ${live.number} was built`,
    },
    cure: 'projector rerender, or projector rebuild start when more than what is shown has changed; then switch.',
  };
}

async function mappings({ drift }: DoctorPorts, known: RegistryRecord): Promise<Check> {
  const name = 'mappings';
  const found = await drift(known);
  if (found.length === 0) return { name, verdict: 'ok', detail: 'as declared', cure: null };
  return {
    ...{ name, verdict: 'fail', detail: found.join('; ') },
    cure: 'Somebody else changed what only the projector may change: rebuild, and switch.',
  };
}

async function ticketCounter({ tickets }: DoctorPorts, known: RegistryRecord): Promise<Check> {
  const name = 'ticket counter';
  const { last, highest } = await tickets(known);
  if (last >= highest)
    return { name, verdict: 'ok', detail: `${last}, not below the highest found (${highest})`, cure: null };
  return {
    ...{ name, verdict: 'fail', detail: `${last}, but something stored has ${highest}: writes below would be refused` },
    cure: 'MongoDB was restored from before, or somebody else wrote. Rebuild, and switch: a new generation counts anew.',
  };
}

/** What cannot be looked at is a finding, too. */
async function guarded(
  name: string,
  work: () => Promise<readonly Check[]>,
  cure = 'Check the address and the credentials, and that the server runs.',
): Promise<readonly Check[]> {
  try {
    return await work();
  } catch (error) {
    return [{ name, verdict: 'fail', detail: messageOf(error), cure }];
  }
}
