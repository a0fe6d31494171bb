import { createLog } from '../runtime/log.js';
import { runProcess } from '../runtime/service.js';
import { runTool } from './cli/tool.js';
import { composeProjector } from './composition.js';
import { projectorSettings } from './config.js';

/** What a process that projects takes; everything else is a command. */
const OPTIONS = ['--help', '--new-generation'];

const given = process.argv.slice(2);
if (given.some((argument) => !OPTIONS.includes(argument))) process.exit(await runTool(given, process.env));

await runProcess(
  {
    name: 'projector',
    about:
      'projects events from Kafka into documents in Elasticsearch and MongoDB. With --new-generation it starts anew ' +
      'from the beginning of the topics. With a command it looks after what is projected: "projector help" lists them.',
    settings: projectorSettings,
  },
  async (settings) => {
    const log = createLog('projector', settings.LOG_LEVEL);
    const startNew = given.includes('--new-generation');
    return { service: await composeProjector(settings, log, { startNew }), log };
  },
);
