import { table } from './figures.js';
import type { ProjectorMetrics } from './projector-metrics.js';

/** Where the projector's time went, the largest first. `seconds` is the wall time that it is a share of. */
export function stageTable(title: string, metrics: ProjectorMetrics | undefined, seconds = Number.NaN): string {
  const stages = [...(metrics?.stages ?? [])].filter(({ runs }) => runs > 0).sort((a, b) => b.seconds - a.seconds);
  const rows = stages.map((one) => [
    one.stage,
    one.seconds.toFixed(2),
    `${((100 * one.seconds) / seconds).toFixed(0)} %`,
    String(one.runs),
    ((1000 * one.seconds) / one.runs).toFixed(1),
  ]);
  return table(title, [['stage', 'seconds', 'of wall', 'runs', 'ms a run'], ...rows]);
}
