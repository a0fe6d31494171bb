import { medianOf, spread, sumOf, table } from './figures.js';
import { type Block, CASES, type Case } from './groups-block.js';
import type { Size } from './groups-stage.js';
import { METERED_SERVERS } from './outcome.js';
import { PROJECTOR } from './running-projector.js';

type Blocks = ReadonlyMap<Case, readonly Block[]>;
type Measure = (block: Block) => number;

const OWNERS = ['customer', 'product'] as const;

/** The stage in which a group's members are read and summed, and the sum is written. */
const AGGREGATION = 'rollup';

const wall: Measure = ({ spent, events }) => (1000 * spent.seconds) / events;
const aggregation: Measure = ({ metrics, events }) => (1000 * stageSeconds(metrics, AGGREGATION)) / events;
const apart: Measure = (block) => wall(block) - aggregation(block);
const ownCpu: Measure = ({ spent, events }) => (1000 * (spent.cpuSeconds[PROJECTOR] ?? Number.NaN)) / events;
const allCpu: Measure = (block) => {
  const servers = METERED_SERVERS.map((server) => block.spent.cpuSeconds[server] ?? Number.NaN);
  return ownCpu(block) + (1000 * sumOf(servers)) / block.events;
};

const MEASURES: readonly (readonly [name: string, measure: Measure])[] = [
  ['wall', wall],
  ['of it the aggregation', aggregation],
  ['apart from it', apart],
  ['CPU, projector', ownCpu],
  ['CPU, with servers', allCpu],
];

export function reportOnGroups(blocks: Blocks, bytes: Readonly<Record<Size, number>>): string {
  return [
    table('Milliseconds for one event, from Kafka to the document; min / median / max of the blocks', [
      ['', ...MEASURES.map(([name]) => name)],
      ...CASES.map((one) => [one, ...MEASURES.map(([, measure]) => known(spread(of(blocks, one).map(measure), 1)))]),
    ]),
    table('Ratios, large / small, of the medians', [
      ['', ...MEASURES.map(([name]) => name)],
      ...OWNERS.map((owner) => [owner, ...MEASURES.map(([, measure]) => known(ratio(blocks, owner, measure)))]),
    ]),
    stages(blocks),
    table('The document of the customer, bytes', [
      ['large', String(bytes.large)],
      ['small', String(bytes.small)],
    ]),
  ].join('\n\n');
}

function ratio(blocks: Blocks, owner: (typeof OWNERS)[number], measure: Measure): string {
  const [large, small] = (['large', 'small'] as const).map((size) =>
    medianOf(of(blocks, `${owner} ${size}`).map(measure)),
  );
  return ((large ?? Number.NaN) / (small ?? Number.NaN)).toFixed(2);
}

function stages(blocks: Blocks): string {
  const names = new Set([...blocks.values()].flat().flatMap(({ metrics }) => metrics.stages.map(({ stage }) => stage)));
  const rows = [...names].map((stage) => [
    stage,
    ...CASES.map((one) =>
      medianOf(of(blocks, one).map(({ metrics, events }) => (1000 * stageSeconds(metrics, stage)) / events)).toFixed(1),
    ),
  ]);
  return table("The projector's stages, ms for one event, median of the blocks; they overlap", [
    ['', ...CASES],
    ...rows,
  ]);
}

function stageSeconds({ stages }: Block['metrics'], name: string): number {
  return stages.find(({ stage }) => stage === name)?.seconds ?? 0;
}

function of(blocks: Blocks, one: Case): readonly Block[] {
  return blocks.get(one) ?? [];
}

function known(figure: string): string {
  return figure.includes('NaN') ? '–' : figure;
}
