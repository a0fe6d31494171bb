/** `projector rebuild …` and `projector rerender`: another generation beside the one that is served. */
import { setTimeout } from 'node:timers/promises';
import { Command, Option } from 'commander';
import { type OperationServers, rebuildingPorts } from '../composition/operations.js';
import type { RebuildStatus } from '../operations/progress.js';
import {
  pauseRebuild,
  planRebuild,
  type RebuildFrom,
  type RebuildOptions,
  resumeRebuild,
  startRebuild,
} from '../operations/rebuilding.js';
import { cancelRebuild, retireGeneration } from '../operations/retiring.js';
import { rebuildStatus } from '../operations/status.js';
import { rollBack, switchGeneration, verifyGeneration } from '../operations/switching.js';
import { offsets, time, wholeNumber } from './arguments.js';
import type { Tool } from './command.js';
import { assertConsent, type Consent, withConsent } from './confirmation.js';
import { EXIT } from './exit-codes.js';
import { ProgressBar } from './progress-bar.js';
import { showComparison, showPlan, showRebuild } from './rebuild-text.js';

interface StartOptions {
  readonly fromTime?: Date;
  readonly fromOffsets?: RebuildFrom;
  readonly acceptLoss?: boolean;
  readonly fullSpeed: boolean;
  readonly dryRun: boolean;
  readonly wait: boolean;
}

type Ports = ReturnType<typeof rebuildingPorts>;

const LOOK_MS = 1_000;

export function rebuildCommand(tool: Tool): Command {
  return new Command('rebuild')
    .description('build another generation beside the one that is served, and switch')
    .addCommand(startCommand(tool))
    .addCommand(statusCommand(tool))
    .addCommand(
      simple(tool, 'pause', 'stop fetching for it; what is done stays', async (ports) => ({
        generation: await pauseRebuild(ports),
      })),
    )
    .addCommand(simple(tool, 'resume', 'go on', async (ports) => ({ generation: await resumeRebuild(ports) })))
    .addCommand(cancelCommand(tool))
    .addCommand(verifyCommand(tool))
    .addCommand(switchCommand(tool))
    .addCommand(
      simple(tool, 'rollback', 'serve the generation before again, at once', async (ports) => ({
        live: await rollBack(ports),
      })),
    )
    .addCommand(retireCommand(tool));
}

/** New documents from the states that are there. */
export function rerenderCommand(tool: Tool): Command {
  return new Command('rerender')
    .description(
      'build a generation whose documents are made anew from the present states: rebuild start without reading',
    )
    .addOption(fullSpeed())
    .option('--dry-run', 'say what would be read, and change nothing', false)
    .option('--wait', 'stay until it is complete, with a progress bar', false)
    .action((options: StartOptions) => start(tool, 'rerender', { kind: 'states' }, options));
}

function startCommand(tool: Tool): Command {
  return new Command('start')
    .description('start one; every projector process takes part')
    .option(
      '--from-time <time>',
      'from the first events at or after this time (RFC 3339), upon the present states',
      time,
    )
    .addOption(
      new Option('--from-offsets <list>', 'from these offsets, upon the present states: topic/partition=offset,…')
        .argParser(offsets)
        .conflicts('fromTime'),
    )
    .option('--accept-loss', 'although events are no longer in Kafka', false)
    .addOption(fullSpeed())
    .option('--dry-run', 'say what would be read and whether history is missing, and change nothing', false)
    .option('--wait', 'stay until it is complete, with a progress bar', false)
    .action((options: StartOptions) => start(tool, 'rebuild start', fromOf(options), options));
}

function fullSpeed(): Option {
  return new Option('--full-speed', 'live events do not go first').default(false);
}

async function start(tool: Tool, action: string, from: RebuildFrom, given: StartOptions): Promise<void> {
  const { settings } = tool;
  const options: RebuildOptions = {
    from,
    acceptLoss: given.acceptLoss === true,
    fullSpeed: given.fullSpeed,
    settings: { businessTimeZone: settings.BUSINESS_TIME_ZONE, reportingCurrency: settings.REPORTING_CURRENCY },
  };
  if (given.dryRun) {
    await tool.run(async (servers) => {
      const plan = await planRebuild(rebuildingPorts(servers), options);
      if (plan.refusal !== null) tool.exitWith(EXIT.refused);
      return plan;
    }, showPlan);
    return;
  }
  const begin = (servers: OperationServers) =>
    tool.recorded(servers, { action, parameters: { ...options } }, () =>
      startRebuild(rebuildingPorts(servers), options),
    );
  if (!given.wait) await tool.run(async (servers) => ({ generation: await begin(servers) }));
  else {
    await tool.run(async (servers) => {
      await begin(servers);
      return follow(servers);
    }, showRebuild);
  }
}

function statusCommand(tool: Tool): Command {
  return new Command('status')
    .description('how far it is')
    .option('--follow', 'stay until it is complete, with a progress bar', false)
    .action(({ follow: stay }: { follow: boolean }) =>
      tool.run((servers) => (stay ? follow(servers) : rebuildStatus(rebuildingPorts(servers), servers)), showRebuild),
    );
}

/** Draws until it is complete; who is watching may leave at any time. */
async function follow(servers: OperationServers): Promise<RebuildStatus> {
  const bar = new ProgressBar(process.stderr);
  const ports = rebuildingPorts(servers);
  for (;;) {
    const status = await rebuildStatus(ports, servers);
    bar.draw(status);
    if (status.phase === 'complete') {
      bar.end();
      return status;
    }
    await setTimeout(LOOK_MS);
  }
}

function cancelCommand(tool: Tool): Command {
  const command = new Command('cancel').description('give it up and remove it');
  return withConsent(command).action(async (consent: Consent) => {
    await assertConsent(consent, tool.settings.NAMESPACE, 'give up the rebuild and remove what it has done');
    await act(tool, 'rebuild cancel', {}, async (ports) => ({ removed: await cancelRebuild(ports) }));
  });
}

function verifyCommand(tool: Tool): Command {
  return new Command('verify')
    .description('compare all its documents with those that are served')
    .argument('<generation>', 'its number', wholeNumber)
    .addHelpText('after', `\nExit code ${EXIT.found}: documents differ.`)
    .action((generation: number) =>
      tool.run(async (servers) => {
        const comparison = await verifyGeneration(rebuildingPorts(servers), generation);
        if (!comparison.equal) tool.exitWith(EXIT.found);
        return comparison;
      }, showComparison),
    );
}

function switchCommand(tool: Tool): Command {
  const command = new Command('switch')
    .description('serve this generation, once all its documents are found equal to those that are served')
    .argument('<generation>', 'its number', wholeNumber)
    .option('--accept-differences', 'do not compare: its documents are meant to differ', false);
  return withConsent(command).action(
    async (generation: number, { acceptDifferences, ...consent }: Consent & { acceptDifferences: boolean }) => {
      if (acceptDifferences) {
        await assertConsent(consent, tool.settings.NAMESPACE, `serve generation ${generation} without comparing it`);
      }
      await act(tool, 'rebuild switch', { generation, acceptDifferences }, async (ports) => {
        await switchGeneration(ports, generation, { acceptDifferences });
        return { live: generation };
      });
    },
  );
}

function retireCommand(tool: Tool): Command {
  const command = new Command('retire')
    .description('remove a generation that is not served, or what is left of one')
    .argument('<generation>', 'its number', wholeNumber);
  return withConsent(command).action(async (generation: number, consent: Consent) => {
    await assertConsent(consent, tool.settings.NAMESPACE, `remove generation ${generation} for good`);
    await act(tool, 'rebuild retire', { generation }, async (ports) => {
      await retireGeneration(ports, generation);
      return { removed: generation };
    });
  });
}

function simple(tool: Tool, name: string, description: string, work: (ports: Ports) => Promise<object>): Command {
  return new Command(name).description(description).action(() => act(tool, `rebuild ${name}`, {}, work));
}

async function act(
  tool: Tool,
  action: string,
  parameters: Readonly<Record<string, unknown>>,
  work: (ports: Ports) => Promise<object>,
): Promise<void> {
  await tool.act({ action, parameters }, (servers) => work(rebuildingPorts(servers)));
}

function fromOf({ fromTime, fromOffsets }: StartOptions): RebuildFrom {
  if (fromTime !== undefined) return { kind: 'time', time: fromTime };
  return fromOffsets ?? { kind: 'beginning' };
}
