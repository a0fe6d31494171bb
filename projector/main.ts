import { createLog } from '../runtime/log.js';
import { runProcess } from '../runtime/service.js';
import { composeProjector } from './composition.js';
import { projectorSettings } from './config.js';

await runProcess(
  {
    name: 'projector',
    about:
      'projects events from Kafka into documents in Elasticsearch and MongoDB. With --new-generation it starts anew ' +
      'from the beginning of the topics.',
    settings: projectorSettings,
  },
  async (settings) => {
    const log = createLog('projector', settings.LOG_LEVEL);
    const startNew = process.argv.includes('--new-generation');
    return { service: await composeProjector(settings, log, { startNew }), log };
  },
);
