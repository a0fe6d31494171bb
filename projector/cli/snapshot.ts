/** `projector snapshot …`: views of the past. */
import { Command, Option } from 'commander';
import { SNAPSHOT_CLOCKS, type SnapshotClock } from '../../runtime/storage/records.js';
import { rebuildingPorts } from '../composition/operations.js';
import { deleteSnapshot, listSnapshots, type SnapshotStatus, takeSnapshot } from '../operations/snapshots.js';
import { snapshotName, time, UnusableArguments } from './arguments.js';
import type { Tool } from './command.js';
import { assertConsent, type Consent, withConsent } from './confirmation.js';
import { tableOf } from './text.js';

interface TakeOptions {
  readonly at?: Date;
  readonly name?: string;
  readonly clock: SnapshotClock;
  readonly acceptLoss: boolean;
}

export function snapshotCommand(tool: Tool): Command {
  return new Command('snapshot')
    .description('make a view of the past, which the API reads with asOf=NAME; projector processes fill it')
    .option('--at <time>', 'with all events of this time (RFC 3339) or before', time)
    .addOption(
      new Option('--clock <clock>', 'the time of an event: when Kafka recorded it (log), or its own (event)')
        .choices(SNAPSHOT_CLOCKS)
        .default('log'),
    )
    .option('--name <name>', 'by which it is asked for', snapshotName)
    .option('--accept-loss', 'although events are no longer in Kafka', false)
    .action(async ({ at, name, clock, acceptLoss }: TakeOptions) => {
      if (at === undefined || name === undefined) {
        throw new UnusableArguments('A snapshot needs --at TIME and --name NAME.');
      }
      const settings = {
        businessTimeZone: tool.settings.BUSINESS_TIME_ZONE,
        reportingCurrency: tool.settings.REPORTING_CURRENCY,
      };
      const action = { action: 'snapshot', parameters: { at, name, clock, acceptLoss } };
      await tool.act(action, async (servers) => ({
        generation: await takeSnapshot(rebuildingPorts(servers), { at, name, clock, acceptLoss, settings }),
      }));
    })
    .addCommand(
      new Command('list')
        .description('those that there are, and how far each is')
        .action(() => tool.run((servers) => listSnapshots(rebuildingPorts(servers)), showSnapshots)),
    )
    .addCommand(deleteCommand(tool));
}

function deleteCommand(tool: Tool): Command {
  const command = new Command('delete').description('remove one with all its documents').argument('<name>', 'its name');
  return withConsent(command).action(async (name: string, consent: Consent) => {
    await assertConsent(consent, tool.settings.NAMESPACE, `remove the snapshot ${name}`);
    const action = { action: 'snapshot delete', parameters: { name } };
    await tool.act(action, async (servers) => ({ removed: await deleteSnapshot(rebuildingPorts(servers), name) }));
  });
}

function showSnapshots(snapshots: readonly SnapshotStatus[]): string {
  const rows = snapshots.map(({ name, at, clock, phase, documents, generation }) => [
    ...[name, at.toISOString(), clock, phase, String(documents), String(generation)],
  ]);
  return tableOf(['snapshot', 'at', 'clock', 'phase', 'documents', 'generation'], rows, 'There is no snapshot.');
}
