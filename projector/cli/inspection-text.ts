/** What the commands that only look say to people. */
import type { SequenceRange } from '../../mappings/aggregates/state.js';
import type { Explanation } from '../operations/explain.js';
import type { Overview, PartitionLag } from '../operations/overview.js';
import type { AuditEntry } from '../ports/audit.js';
import type { Check } from '../ports/examination.js';
import { type GapList, sumOf } from '../reconcile/gaps.js';
import { barOf } from './progress-bar.js';
import { tableOf } from './text.js';

export function showOverview({ namespace, generations, quarantined, rebuild }: Overview): string {
  const rows = generations.map((generation) => [
    `${generation.number}${generation.live ? ' (served)' : ''}`,
    `${generation.phase}${generation.paused ? ', paused' : ''}${generation.haltedUntil === null ? '' : ', halted'}`,
    String(generation.lagEvents),
    String(generation.jobs),
    String(generation.refused),
    String(sumOf(generation.gaps)),
    generation.createdAt.toISOString(),
  ]);
  const head = ['generation', 'phase', 'events behind', 'jobs', 'documents refused', 'gaps', 'created'];
  return [
    `namespace ${namespace}, ${quarantined} record(s) in quarantine\n`,
    tableOf(head, rows, 'There is no generation.'),
    rebuild === null || rebuild.phase === 'complete'
      ? ''
      : `rebuild of generation ${rebuild.generation}: ${barOf(rebuild)}\n`,
  ].join('');
}

export function showLag(lags: readonly PartitionLag[]): string {
  const rows = lags.map(({ partition, next, end, lagEvents }) => [
    partition,
    String(next),
    String(end),
    String(lagEvents),
  ]);
  return tableOf(['partition', 'next', 'end', 'events behind'], rows, 'The topics are empty.');
}

export function showChecks(checks: readonly Check[]): string {
  return checks
    .map(
      ({ name, verdict, detail, cure }) =>
        `${verdict.padEnd(4)}  ${name}: ${detail}${cure === null ? '' : `\n      → ${cure}`}\n`,
    )
    .join('');
}

export function showExplanation({ document, stored, aggregates, rollups }: Explanation): string {
  const state =
    stored === null ? 'is not stored' : `${stored.hidden ? 'is hidden' : 'is shown'}, ticket ${stored.ticket}`;
  return [
    `${document} ${state}\n`,
    ...aggregates.flatMap(({ aggregate, arrived, sequences, events }) => [
      arrived ? `${aggregate}: sequences ${rangesOf(sequences) || 'none'}\n` : `${aggregate}: has not arrived\n`,
      ...events.map(
        ({ eventId, sequence, time, topic, partition, offset }) =>
          `  ${topic}/${partition}@${offset}  ${eventId}  ${sequence ?? '-'}  ${time.toISOString()}\n`,
      ),
    ]),
    ...rollups.map(({ rollup, owner, periods }) => `${rollup} of ${owner}: ${periods.join(', ') || 'nothing'}\n`),
  ].join('');
}

export function showGaps({ gapMsMax, old, young, listed }: GapList): string {
  const rows = listed.map((gap) => [
    gap.aggregate,
    rangesOf(gap.missing),
    gap.since.toISOString(),
    gap.old ? 'yes' : 'no',
  ]);
  const head = ['aggregate', 'missing', 'since', `longer than ${gapMsMax} ms`];
  const more = sumOf(old) + sumOf(young) - listed.length;
  return tableOf(head, rows, 'No sequence is missing.') + (more > 0 ? `and ${more} more, see --limit\n` : '');
}

function rangesOf(ranges: readonly SequenceRange[]): string {
  return ranges.map(([from, to]) => (from === to ? from : `${from}–${to}`)).join(', ');
}

export function showAudit(entries: readonly AuditEntry[]): string {
  const rows = entries.map(({ at, who, via, action, parameters, result, detail }) => [
    at.toISOString(),
    `${who} (${via})`,
    action,
    JSON.stringify(parameters),
    detail === null ? result : `${result}: ${detail}`,
  ]);
  return tableOf(['when', 'who', 'what', 'with', 'result'], rows, 'Nothing was done yet.');
}
