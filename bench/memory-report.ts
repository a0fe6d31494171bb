import { slopeOf, spread, table } from './figures.js';
import { PROJECTOR } from './running-projector.js';

export interface MemorySample {
  /** Since the load began. */
  readonly seconds: number;
  /** Resident set size. */
  readonly bytes: number;
}

export interface MemoryLoad {
  readonly 'warm-up-seconds': number;
  readonly events: number;
  /** How long the projector went on with what was left when the load ended. */
  readonly behindSeconds: number;
  readonly cpuSeconds: Readonly<Record<string, number>>;
}

const MEGABYTE = 1024 ** 2;
const CURVE_POINTS_MAX = 12;

export function reportOnMemory(samples: readonly MemorySample[], load: MemoryLoad): string {
  const counted = samples.filter(({ seconds }) => seconds > load['warm-up-seconds']);
  const half = counted.length >> 1;
  const step = Math.max(1, Math.ceil(samples.length / CURVE_POINTS_MAX));
  const curve = samples.filter((_, i) => (samples.length - 1 - i) % step === 0);
  return [
    table('Resident memory after the warm-up', [
      ['slope, MB/h', megabytesPerHour(counted)],
      ['slope of the first half, MB/h', megabytesPerHour(counted.slice(0, half))],
      ['slope of the second half, MB/h', megabytesPerHour(counted.slice(half))],
      [
        'min / median / max, MB',
        spread(
          counted.map(({ bytes }) => bytes / MEGABYTE),
          0,
        ),
      ],
      ['samples', String(counted.length)],
    ]),
    table('The load', [
      ['events', String(load.events)],
      ['s to work off what was left at the end', load.behindSeconds.toFixed(1)],
      ['CPU s of the projector', load.cpuSeconds[PROJECTOR]?.toFixed(1) ?? '–'],
    ]),
    table('The curve', [
      ['s', ...curve.map(({ seconds }) => seconds.toFixed(0))],
      ['MB', ...curve.map(({ bytes }) => (bytes / MEGABYTE).toFixed(0))],
    ]),
  ].join('\n\n');
}

function megabytesPerHour(samples: readonly MemorySample[]): string {
  return slopeOf(samples.map(({ seconds, bytes }) => ({ x: seconds / 3600, y: bytes / MEGABYTE }))).toFixed(1);
}
