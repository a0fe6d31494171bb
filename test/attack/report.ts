/** What came of a siege, as text. */
import { percentile, table } from '../../bench/figures.js';
import type { Gauges } from './gauges.js';
import type { Campaign } from './hostile.js';
import type { Outcome } from './siege.js';
import { counted, type Phase, refused, slowdown } from './verdict.js';

const ENDINGS_SHOWN = 4;

export function reportOn({ calm, attacked, campaign, gauges }: Outcome): string {
  const hostile = campaign === null ? [] : [campaignTable(campaign), recordsTable(campaign)];
  return [
    honestTable(calm, attacked),
    `p99 beside hostile callers / p99 alone: ${slowdown(calm, attacked).toFixed(2)}`,
    ...hostile,
    gaugesTable(gauges),
  ].join('\n\n');
}

function honestTable(...phases: Phase[]): string {
  const rows = phases.map((phase) => {
    const times = phase.answers.map(({ ms }) => ms);
    const shares = [0.5, 0.99, 1].map((share) => percentile(times, share).toFixed(1));
    return [phase.name, String(times.length), ...shares, String(refused(phase).length)];
  });
  const refusals = phases
    .filter((phase) => refused(phase).length > 0)
    .map((phase) => [`refused ${phase.name}: ${shown(counted(refused(phase).map(({ ending }) => ending)))}`]);
  return table('Honest callers', [['', 'requests', 'p50 ms', 'p99 ms', 'max ms', 'refused'], ...rows, ...refusals]);
}

function campaignTable({ attacks }: Campaign): string {
  const rows = Object.entries(attacks)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, { requests, endings }]) => [`${name}: ${shown(endings)}`, String(requests)]);
  const total = Object.values(attacks).reduce((sum, { requests }) => sum + requests, 0);
  return table('Hostile callers', [['how it ended', 'requests'], ...rows, ['in all', String(total)]]);
}

function recordsTable({ records }: Campaign): string {
  return table(
    'Hostile records',
    Object.entries(records).map(([name, times]) => [name, `× ${times}`]),
  );
}

function gaugesTable(gauges: readonly (Gauges | null)[]): string {
  const row = (name: string, of: (gauges: Gauges) => number) => [
    name,
    ...gauges.map((one) => (one === null ? '–' : of(one).toFixed(1))),
  ];
  return table('The API', [
    ['', 'alone', 'attacked', 'afterwards'],
    row('memory, MB', ({ memoryMb }) => memoryMb),
    row('event loop late by (p99), ms', ({ loopDelayMs }) => loopDelayMs),
    row('requests in flight', ({ inFlight }) => inFlight),
    row('questions at the stores', ({ inStores }) => inStores),
    row('circuits that are not closed', ({ openCircuits }) => openCircuits),
  ]);
}

function shown(endings: readonly [string, number][]): string {
  const texts = endings.slice(0, ENDINGS_SHOWN).map(([ending, count]) => `${ending} × ${count}`);
  return [...texts, ...(endings.length > ENDINGS_SHOWN ? ['…'] : [])].join(', ');
}
