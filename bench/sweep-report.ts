import { cpuTable } from './cpu-table.js';
import { table } from './figures.js';
import type { Spent } from './measure.js';
import type { ProjectorMetrics } from './projector-metrics.js';
import { REWRITE, type Rewritten } from './rewriting.js';
import { PROJECTOR } from './running-projector.js';
import { stageTable } from './stage-table.js';

/** What one midnight brought. */
export interface Swept {
  readonly day: string;
  /** From midnight to the beginning of the sweep. */
  readonly waitedSeconds: number;
  /** From midnight to when all documents were durable. */
  readonly spent: Spent;
  readonly metrics: ProjectorMetrics;
  readonly bare: Rewritten;
}

export function reportOnSweep(products: number, swept: readonly Swept[]): string {
  const rows = swept.map(({ day, waitedSeconds, spent, metrics, bare }) => {
    const sweeping = spent.seconds - waitedSeconds;
    return [
      day,
      String(metrics.documents),
      waitedSeconds.toFixed(1),
      spent.seconds.toFixed(1),
      (products / sweeping).toFixed(0),
      bare.spent.seconds.toFixed(1),
      (sweeping / bare.spent.seconds).toFixed(2),
    ];
  });
  const last = swept.at(-1);
  return [
    table('From midnight until the sweep began, and until all documents were durable; the ratio leaves the wait out', [
      ['the day that begins', 'sent by ours', 'waited s', 'done s', 'products/s', 'bare s', 'ours / bare'],
      ...rows,
    ]),
    cpuTable([
      { name: 'ours', own: PROJECTOR, measurements: swept.map(({ spent }) => spent) },
      { name: 'bare', own: REWRITE, measurements: swept.map(({ bare }) => bare.spent) },
    ]),
    stageTable("The projector's stages after the last midnight; they overlap", last?.metrics, last?.spent.seconds),
  ].join('\n\n');
}
