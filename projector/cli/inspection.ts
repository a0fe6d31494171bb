/** The commands that only look. */
import { Command } from 'commander';
import {
  doctorPorts,
  explain,
  fanOutJobs,
  gaps,
  type OperationServers,
  overviewPorts,
} from '../composition/operations.js';
import { examine } from '../operations/doctor.js';
import { lagOfLive, overviewOf } from '../operations/overview.js';
import { MongoAuditTrail } from '../stores/mongodb/audit.js';
import { count, documentName } from './arguments.js';
import type { Tool } from './command.js';
import { EXIT } from './exit-codes.js';
import { showAudit, showChecks, showExplanation, showGaps, showLag, showOverview } from './inspection-text.js';
import { listJobs } from './jobs.js';

const AUDIT_ENTRIES = 20;
const LISTED_GAPS = 100;

export function inspectionCommands(tool: Tool): readonly Command[] {
  // Read by a command that needs it, and not by help.
  const overview = (servers: OperationServers) => overviewPorts(servers, tool.settings.GAP_MS_MAX);
  return [
    new Command('status')
      .description('the generations, how far each is behind, and what waits')
      .action(() => tool.run((servers) => overviewOf(overview(servers), servers.namespace), showOverview)),
    new Command('lag')
      .description('how far the served generation is behind, partition by partition')
      .action(() => tool.run((servers) => lagOfLive(overview(servers)), showLag)),
    new Command('jobs').description('the fan-out jobs that are waiting or under way').action(() => {
      let now = 0;
      return tool.run(
        async (servers) => {
          const jobs = await fanOutJobs(servers);
          // Of the servers: it is theirs that the jobs were asked for by.
          now = servers.clock.now();
          return jobs;
        },
        (jobs) => listJobs(jobs, { now: () => now }),
      );
    }),
    new Command('gaps')
      .description('aggregates of which a sequence is missing below a higher one: which, and since when')
      .option('--limit <count>', 'no more than these of each aggregate', count, LISTED_GAPS)
      .action(({ limit }: { limit: number }) =>
        tool.run((servers) => gaps(servers, tool.settings.GAP_MS_MAX, limit), showGaps),
      ),
    new Command('explain')
      .description('which events made a document, and where they stand in Kafka')
      .argument('<view/id>', 'the document, such as orders/o-1001', documentName)
      .action(({ view, id }: ReturnType<typeof documentName>) =>
        tool.run((servers) => explain(servers, view, id), showExplanation),
      ),
    new Command('doctor')
      .description('look at everything that the projector relies on')
      .addHelpText('after', `\nExit code ${EXIT.found}: something fails.`)
      .action(() =>
        tool.run(
          async (servers) => {
            const checks = await examine(doctorPorts(servers));
            if (checks.some(({ verdict }) => verdict === 'fail')) tool.exitWith(EXIT.found);
            return checks;
          },
          showChecks,
          { evenIfAway: true },
        ),
      ),
    new Command('audit')
      .description('who did what, newest first')
      .option('--limit <count>', 'no more than these', count, AUDIT_ENTRIES)
      .action(({ limit }: { limit: number }) =>
        tool.run((servers) => new MongoAuditTrail(servers.db).list(limit), showAudit),
      ),
  ];
}
