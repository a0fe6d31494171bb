/** `projector verify`: whether the documents are what the states make of them. */
import { Command, Option } from 'commander';
import type { ViewName } from '../../mappings/contract.js';
import { views } from '../../mappings/registry.js';
import { createLog } from '../../runtime/log.js';
import { liveOf } from '../../runtime/storage/registry.js';
import { withGenerations } from '../composition/operated.js';
import { registered } from '../operations/rebuilding.js';
import { type Verification, verify } from '../reconcile/verifying.js';
import { wholeNumber } from './arguments.js';
import type { Tool } from './command.js';
import { EXIT } from './exit-codes.js';
import { showVerification } from './verify-text.js';

interface Options {
  readonly view?: ViewName;
  readonly deep: boolean;
  readonly repair: boolean;
  readonly pace: number;
}

export function verifyCommand(tool: Tool): Command {
  return new Command('verify')
    .description('compare every document of the served generation with what its states make of it')
    .addOption(new Option('--view <view>', 'of this view only').choices(Object.keys(views)))
    .option('--deep', 'the states, too, with the events in Kafka, and the sums with the states', false)
    .option('--repair', 'write anew what has drifted, and nothing else', false)
    .option('--pace <documents>', 'no more than so many a second; 0: as fast as it goes', wholeNumber, 0)
    .addHelpText(
      'after',
      `\nExit code ${EXIT.found}: something has drifted and was not repaired, could not be decided, or is refused by its store.`,
    )
    .action((options: Options) => {
      const { repair } = options;
      const work = (servers: Parameters<Parameters<Tool['run']>[0]>[0]) => check(tool, servers, options);
      return repair
        ? tool.act({ action: 'verify --repair', parameters: { ...options } }, work, showVerification)
        : tool.run(work, showVerification);
    });
}

async function check(
  tool: Tool,
  servers: Parameters<Parameters<Tool['run']>[0]>[0],
  { view, deep, repair, pace }: Options,
): Promise<Verification> {
  const log = createLog('projector', 'error');
  const live = liveOf(await registered(servers.registry));
  const chosen = view === undefined ? Object.values(views).map(({ name }) => name) : [view];
  const found = await withGenerations(servers, tool.settings, log, (operate) =>
    verify(operate(live), { views: chosen, deep, repair, pace }),
  );
  if (found.faults > 0 || found.undecided > 0 || found.refused > 0) tool.exitWith(EXIT.found);
  return found;
}
