/** What `projector rebuild …` says to people. */
import type { Comparison, Difference } from '../operations/comparison.js';
import type { RebuildStatus } from '../operations/progress.js';
import type { RebuildPlan } from '../operations/rebuilding.js';
import { barOf } from './progress-bar.js';
import { tableOf } from './text.js';

const LISTED_MAX = 50;

export function showPlan({ from, partitions, events, missing, refusal }: RebuildPlan): string {
  const rows = partitions.map((own) => [own.partition, String(own.from), String(own.to), String(own.to - own.from)]);
  return [
    `It would read ${events} events, from ${from}. Nothing has changed.\n`,
    tableOf(['partition', 'from', 'to', 'events'], rows, 'The topics are empty.'),
    ...missing.map((part) => `no longer in Kafka: ${part}\n`),
    refusal === null ? '' : `It would be refused. ${refusal}\n`,
  ].join('');
}

export function showRebuild(status: RebuildStatus): string {
  const { generation, origin, startedAt, partitions } = status;
  return [
    `generation ${generation}, from ${origin}, started ${startedAt.toISOString()}\n${barOf(status)}\n`,
    tableOf(
      ['partition', 'next', 'end'],
      partitions.map(({ partition, next, end }) => [partition, String(next), String(end)]),
      'The topics are empty.',
    ),
  ].join('');
}

export function showComparison({ expected, checked, equal, views }: Comparison): string {
  const rows = views.map(({ view, documents, bucketsUnequal, differences, more, unsettled }) => [
    view,
    String(documents.expected),
    String(documents.checked),
    String(bucketsUnequal),
    `${differences.length}${more ? ' or more' : ''}`,
    String(unsettled),
  ]);
  const head = ['view', `generation ${expected}`, `generation ${checked}`, 'buckets looked at', 'differ', 'in flight'];
  const listed = views.flatMap(({ view, differences }) => differences.map((difference) => lineOf(view, difference)));
  return [
    tableOf(head, rows, 'There is no view to compare.'),
    ...listed.slice(0, LISTED_MAX),
    listed.length > LISTED_MAX ? `… and ${listed.length - LISTED_MAX} more: --json lists them\n` : '',
    ...views.filter(({ settled }) => !settled).map(({ view }) => `${view} did not come to rest in time: try again\n`),
    equal ? 'equal\n' : 'NOT equal\n',
  ].join('');
}

function lineOf(view: string, difference: Difference): string {
  const { id, cause } = difference;
  return `${view}/${id}: ${cause}${cause === 'different' ? ` in ${difference.fields.join(', ')}` : ''}\n`;
}
