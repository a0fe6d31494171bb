/** `projector refused …`: the documents that a store refuses for good. */
import { Command } from 'commander';
import { createLog } from '../../runtime/log.js';
import { liveOf } from '../../runtime/storage/registry.js';
import { withGenerations } from '../composition/operated.js';
import { type OperationServers, refusalPorts } from '../composition/operations.js';
import { Refused } from '../generations/refused.js';
import { registered } from '../operations/rebuilding.js';
import {
  type ListedRefusal,
  listRefused,
  type RetryResult,
  retryRefused,
  showRefused,
} from '../operations/refusals.js';
import type { OperatedGeneration } from '../reconcile/operated.js';
import { count, documentName, UnusableArguments, wholeNumber } from './arguments.js';
import type { Tool } from './command.js';
import { EXIT } from './exit-codes.js';
import { tableOf } from './text.js';

interface Of {
  /** Absent: the one that is served. */
  readonly generation?: number;
}

type Named = ReturnType<typeof documentName>;

const LISTED = 50;

export function refusedCommand(tool: Tool): Command {
  return new Command('refused')
    .description('the documents that a store refuses for good: readers see what was there before')
    .addCommand(listCommand(tool), { isDefault: true })
    .addCommand(showCommand(tool))
    .addCommand(retryCommand(tool));
}

function listCommand(tool: Tool): Command {
  return ofGeneration(new Command('list').description('those that are refused now, with the reason'))
    .option('--limit <count>', 'no more than these', count, LISTED)
    .action(({ limit, ...of }: Of & { limit: number }) =>
      tool.run(async (servers) => {
        const { number } = await generationOf(servers, of);
        return listRefused(refusalPorts(servers, number), limit);
      }, showList),
    );
}

function showCommand(tool: Tool): Command {
  return ofGeneration(new Command('show').description('one of them, and how large it is, without its content'))
    .argument('<view/id>', 'the document, such as customers/c-7', documentName)
    .action(({ view, id }: Named, of: Of) =>
      tool.run((servers) => operating(tool, servers, of, (operated) => showRefused(operated, view, id))),
    );
}

function retryCommand(tool: Tool): Command {
  return ofGeneration(new Command('retry').description('render them anew and write them, once the cause is cured'))
    .argument('[view/id]', 'this one', documentName)
    .option('--all', 'every one', false)
    .addHelpText('after', `\nExit code ${EXIT.found}: some are still refused.`)
    .action(async (one: Named | undefined, { all, ...of }: Of & { all: boolean }) => {
      if (all === (one !== undefined)) {
        throw new UnusableArguments('Give --all, or the document, such as customers/c-7.');
      }
      await tool.act(
        { action: 'refused retry', parameters: { ...one, all, ...of } },
        async (servers) => {
          const result = await operating(tool, servers, of, (operated) => retryRefused(operated, one ?? 'all'));
          if (result.refused > 0) tool.exitWith(EXIT.found);
          return result;
        },
        showRetry,
      );
    });
}

function ofGeneration(command: Command): Command {
  return command.option('--generation <number>', 'of this generation; else of the one that is served', wholeNumber);
}

async function generationOf({ registry }: OperationServers, { generation }: Of) {
  const known = await registered(registry);
  if (generation === undefined) return liveOf(known);
  const record = known.generations.find(({ number }) => number === generation);
  if (record === undefined) throw new Refused(`There is no generation ${generation}.`);
  return record;
}

async function operating<Result>(
  { settings }: Tool,
  servers: OperationServers,
  of: Of,
  work: (operated: OperatedGeneration) => Promise<Result>,
): Promise<Result> {
  const record = await generationOf(servers, of);
  const log = createLog('projector', 'error');
  return withGenerations(servers, settings, log, (operate) => work(operate(record)));
}

function showList(refused: readonly ListedRefusal[]): string {
  const rows = refused.map(({ document, ticket, refusedAt, reason }) => [
    document,
    String(ticket),
    refusedAt.toISOString(),
    reason,
  ]);
  return tableOf(['document', 'ticket', 'since', 'why'], rows, 'No document is refused.');
}

function showRetry({ generation, retried, refused, left }: RetryResult): string {
  const written = `Generation ${generation}: ${retried - refused} of ${retried} written\n`;
  return refused === 0 ? written : `${written}\n${showList(left)}`;
}
