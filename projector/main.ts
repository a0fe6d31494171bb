import { createLog } from '../runtime/log.js';
import { runProcess } from '../runtime/service.js';
import { runTool } from './cli/tool.js';
import { composeProjector } from './composition/process.js';
import { projectorSettings } from './composition/settings.js';

const NEW_GENERATION = '--new-generation';
/** What goes with commands, and not with a process that projects. */
const OF_COMMANDS = ['--json', '-h'];

const given = process.argv.slice(2);
const isCommand = given.some((argument) => !argument.startsWith('-') || OF_COMMANDS.includes(argument));
if (isCommand && !given.includes(NEW_GENERATION)) process.exit(await runTool(given, process.env));

await runProcess(
  {
    name: 'projector',
    about:
      'projects events from Kafka into documents in Elasticsearch and MongoDB. With --new-generation it starts anew ' +
      'from the beginning of the topics. With a command it looks after what is projected: "projector help" lists them.',
    settings: projectorSettings,
    options: [NEW_GENERATION],
  },
  async (settings) => {
    const log = createLog('projector', settings.LOG_LEVEL);
    const startNew = given.includes(NEW_GENERATION);
    return { service: await composeProjector(settings, log, { startNew }), log };
  },
);
