/** `projector quarantine …`: records that broke the contract, once somebody looks after them. */
import { Command, Option } from 'commander';
import { reasons } from '../../mappings/events/reasons.js';
import { createLog } from '../../runtime/log.js';
import { withGenerations } from '../composition/operated.js';
import { registered } from '../operations/rebuilding.js';
import { discard, redrive, showQuarantined } from '../operations/redriving.js';
import type { ListedEntry } from '../ports/quarantine.js';
import { MongoQuarantineDesk } from '../stores/mongodb/quarantine-desk.js';
import { count, UnusableArguments } from './arguments.js';
import type { Tool } from './command.js';
import { EXIT } from './exit-codes.js';
import { tableOf } from './text.js';

interface Chosen {
  readonly id?: string;
  readonly key?: string;
  readonly cause?: string;
}

const LISTED = 50;

export function quarantineCommand(tool: Tool): Command {
  return new Command('quarantine')
    .description('the records that broke the contract')
    .addCommand(listCommand(tool))
    .addCommand(showCommand(tool))
    .addCommand(redriveCommand(tool))
    .addCommand(discardCommand(tool));
}

function listCommand(tool: Tool): Command {
  return choosing(new Command('list').description('those that wait, without their content'))
    .option('--handled', 'those that were re-driven or discarded, too', false)
    .option('--limit <count>', 'no more than these', count, LISTED)
    .action(({ limit, ...choice }: Chosen & { handled: boolean; limit: number }) =>
      tool.run((servers) => new MongoQuarantineDesk(servers.db).list(choice, limit), showList),
    );
}

function showCommand(tool: Tool): Command {
  return new Command('show')
    .description('one record with its content, which may be personal')
    .argument('<id>', 'topic/partition/offset')
    .action((id: string) => tool.run((servers) => showQuarantined(new MongoQuarantineDesk(servers.db), id)));
}

function redriveCommand(tool: Tool): Command {
  return choosing(new Command('redrive').description('decode them once more, and project those that are events now'))
    .option('--all', 'every record that waits', false)
    .option('--dry-run', 'say what would become of them, and change nothing', false)
    .addHelpText('after', `\nExit code ${EXIT.found}: some still cannot be projected.`)
    .action(async ({ all, dryRun, ...choice }: Chosen & { all: boolean; dryRun: boolean }) => {
      if (all === Object.keys(choice).length > 0) {
        throw new UnusableArguments('Give --all, or what to choose by: --id, --key or --cause.');
      }
      const work = async (servers: Parameters<Parameters<Tool['run']>[0]>[0]) => {
        const { generations } = await registered(servers.registry);
        const desk = new MongoQuarantineDesk(servers.db);
        const log = createLog('projector', 'error');
        const result = await withGenerations(servers, tool.settings, log, (operate) =>
          redrive(desk, { generations, operate }, choice, { dryRun, now: servers.clock.now }),
        );
        if (result.events < result.chosen) tool.exitWith(EXIT.found);
        return result;
      };
      if (dryRun) await tool.run(work);
      else await tool.act({ action: 'quarantine redrive', parameters: { ...choice, all } }, work);
    });
}

function discardCommand(tool: Tool): Command {
  return new Command('discard')
    .description('nothing will be done about it; its record stays')
    .argument('<id>', 'topic/partition/offset')
    .requiredOption('--reason <text>', 'why')
    .action((id: string, { reason }: { reason: string }) =>
      tool.act({ action: 'quarantine discard', parameters: { id, reason } }, async (servers) => {
        await discard(new MongoQuarantineDesk(servers.db), id, reason, servers.clock.now());
        return { discarded: id };
      }),
    );
}

function choosing(command: Command): Command {
  return command
    .option('--id <id>', 'this one: topic/partition/offset')
    .option('--key <key>', 'those with this record key')
    .addOption(new Option('--cause <reason>', 'those of this reason').choices(Object.keys(reasons)));
}

function showList(entries: readonly ListedEntry[]): string {
  const rows = entries.map(({ id, key, reason, detail, quarantinedAt, handled, isKept }) => [
    id,
    isKept ? (key ?? '-') : '(redacted)',
    quarantinedAt.toISOString(),
    handled === null ? 'waits' : handled.as,
    `${reason}: ${detail}`,
  ]);
  return tableOf(['id', 'key', 'since', 'state', 'why'], rows, 'No record waits in the quarantine.');
}
