/** `projector refresh`: what depends on a few aggregates, rendered anew. */
import { Command } from 'commander';
import { createLog } from '../../runtime/log.js';
import { liveOf } from '../../runtime/storage/registry.js';
import { withGenerations } from '../composition/operated.js';
import { registered } from '../operations/rebuilding.js';
import { type RefreshChoice, refresh } from '../operations/refreshing.js';
import { time, UnusableArguments } from './arguments.js';
import type { Tool } from './command.js';

interface Options {
  readonly order?: string;
  readonly customer?: string;
  readonly product?: string;
  readonly since?: Date;
  readonly replay: boolean;
}

export function refreshCommand(tool: Tool): Command {
  return new Command('refresh')
    .description('render anew, from the states, what depends on an order, a customer, a product, or on recent events')
    .option('--order <id>', 'this order, its sums, and the customer and products that show them')
    .option('--customer <id>', 'this customer and their orders')
    .option('--product <id>', 'this product, the orders it is in, and the customers who show them')
    .option('--since <time>', 'all of which events were appended to Kafka at this time (RFC 3339) or later', time)
    .option('--replay', 'read all their events in Kafka again, and merge them first', false)
    .action(({ replay, ...given }: Options) => {
      const choice = choiceOf(given);
      return tool.act({ action: 'refresh', parameters: { ...choice, replay } }, async (servers) => {
        const live = liveOf(await registered(servers.registry));
        const log = createLog('projector', 'error');
        return withGenerations(servers, tool.settings, log, (operate) => refresh(operate(live), choice, { replay }));
      });
    });
}

function choiceOf({ order, customer, product, since }: Omit<Options, 'replay'>): RefreshChoice {
  const choices: RefreshChoice[] = [
    ...(order === undefined ? [] : [{ kind: 'one', aggregate: 'orders', id: order } as const]),
    ...(customer === undefined ? [] : [{ kind: 'one', aggregate: 'customers', id: customer } as const]),
    ...(product === undefined ? [] : [{ kind: 'one', aggregate: 'products', id: product } as const]),
    ...(since === undefined ? [] : [{ kind: 'since', time: since.getTime() } as const]),
  ];
  const [choice] = choices;
  if (choice === undefined || choices.length > 1) {
    throw new UnusableArguments('Give one of --order, --customer, --product and --since.');
  }
  return choice;
}
