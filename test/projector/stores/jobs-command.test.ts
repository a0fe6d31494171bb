/** `projector jobs` over the real store of jobs. */
import { Command } from 'commander';
import { expect, it } from 'vitest';
import type { Tool } from '../../../projector/cli/command.js';
import { inspectionCommands } from '../../../projector/cli/inspection.js';
import type { ExaminedServers } from '../../../projector/composition/operations.js';
import { projectorSettings } from '../../../projector/composition/settings.js';
import { MongoGenerationStorage } from '../../../projector/stores/mongodb/generation-storage.js';
import { MongoJobStore } from '../../../projector/stores/mongodb/jobs.js';
import { MongoRegistry } from '../../../projector/stores/mongodb/registry.js';
import { MongoTicketCounter } from '../../../projector/stores/mongodb/tickets.js';
import { readSettings } from '../../../runtime/settings.js';
import { generationsFor } from './generations.js';

const open = generationsFor('jobs-command', ({ db }, record) => new MongoGenerationStorage(db).create(record));

it('tells the age of a job by the servers’ clock, and not by that of the machine', async () => {
  const { servers, record, number } = await open();
  const { db, namespace } = servers;
  const registry = new MongoRegistry(db);
  await registry.create(record);
  const jobs = new MongoJobStore(db, number, new MongoTicketCounter(db, number));
  await jobs.request([{ view: 'orders', reference: 'product', referredId: 'p-1' }], 1_000);
  // What this command does not look at is left out.
  const connected = { db, registry, clock: { now: () => 61_000 } } as unknown as ExaminedServers;
  const shown: string[] = [];
  const tool: Tool = {
    settings: readSettings(projectorSettings, { NAMESPACE: namespace }),
    run: async (work, show) => void shown.push(show?.(await work(connected)) ?? ''),
    act: async () => {},
    recorded: (_, __, work) => work(),
    exitWith: () => {},
  };
  const program = new Command('projector');
  for (const command of inspectionCommands(tool)) program.addCommand(command);
  await program.parseAsync(['jobs'], { from: 'user' });
  expect(shown.join().split('\n')[1]?.split(/ {2,}/).slice(0, 3)).toEqual(['orders', 'product p-1', '60']);
});
