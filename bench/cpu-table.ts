import { medianOf, table } from './figures.js';
import type { Spent } from './measure.js';
import { METERED_SERVERS } from './outcome.js';

export interface CpuRow {
  readonly name: string;
  /** The process that is measured, besides the servers. */
  readonly own: string;
  readonly measurements: readonly Spent[];
}

/** CPU seconds (user + system) by process, the median of the measurements of each row; `–` where it is unknown. */
export function cpuTable(rows: readonly CpuRow[]): string {
  return table('CPU seconds (user + system), median of the measurements', [
    ['', 'itself', ...METERED_SERVERS],
    ...rows.map(({ name, own, measurements }) => [
      name,
      ...[own, ...METERED_SERVERS].map((process) => medianCpu(measurements, process)),
    ]),
  ]);
}

function medianCpu(measurements: readonly Spent[], process: string): string {
  const known = measurements.flatMap(({ cpuSeconds }) => cpuSeconds[process] ?? []);
  return known.length < measurements.length ? '–' : medianOf(known).toFixed(2);
}
