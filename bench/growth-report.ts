import { spread, table } from './figures.js';
import type { GrowthRound } from './growth.js';
import type { OursOutcome } from './ours.js';
import { cpuPerEvent, eventsPerSecond, METERED_SERVERS } from './outcome.js';
import { stageTable } from './stage-table.js';

const SHOPS = ['few', 'many'] as const;

export function reportOnGrowth(rounds: readonly GrowthRound[]): string {
  const row = (name: string, digits: number, measure: (outcome: OursOutcome) => number) => [
    name,
    ...SHOPS.map((shop) =>
      known(
        spread(
          rounds.map((round) => measure(round[shop])),
          digits,
        ),
      ),
    ),
    known(
      spread(
        rounds.map(({ few, many }) => measure(many) / measure(few)),
        2,
      ),
    ),
  ];
  const cpuMicros = (seconds: number | null | undefined, { events }: OursOutcome) =>
    ((seconds ?? Number.NaN) / events) * 1e6;
  const last = rounds.at(-1);
  return [
    table('Each shop, and many / few within each round; min / median / max', [
      ['', ...SHOPS, 'many / few'],
      row('events/s', 0, eventsPerSecond),
      row('documents sent for an event', 2, ({ documents, events }) => documents / events),
      row('CPU µs an event: projector', 0, (outcome) => cpuMicros(outcome.cpuOwnSeconds, outcome)),
      ...METERED_SERVERS.map((server) =>
        row(`CPU µs an event: ${server}`, 0, (outcome) => cpuMicros(outcome.cpuServerSeconds[server], outcome)),
      ),
      row('CPU µs an event: all', 0, (outcome) => (cpuPerEvent(outcome) ?? Number.NaN) * 1e6),
    ]),
    ...SHOPS.map((shop) =>
      stageTable(
        `The projector's stages in the last round, ${shop}; they overlap`,
        last?.[shop].metrics,
        last?.[shop].seconds,
      ),
    ),
  ].join('\n\n');
}

function known(figures: string): string {
  return figures.includes('NaN') ? '–' : figures;
}
