import { createLog } from '../runtime/log.js';
import { runProcess } from '../runtime/service.js';
import { jobsOf } from './cli/jobs.js';
import { composeProjector } from './composition.js';
import { projectorSettings } from './config.js';

await runProcess(
  {
    name: 'projector',
    about:
      'projects events from Kafka into documents in Elasticsearch and MongoDB. With --new-generation it starts anew ' +
      'from the beginning of the topics. "jobs" lists the fan-out jobs that are waiting or under way, and ends.',
    settings: projectorSettings,
  },
  async (settings) => {
    const log = createLog('projector', settings.LOG_LEVEL);
    if (process.argv.includes('jobs')) {
      const answer = { run: async () => void process.stdout.write(await jobsOf(settings)), stop: async () => {} };
      return { service: answer, log };
    }
    const startNew = process.argv.includes('--new-generation');
    return { service: await composeProjector(settings, log, { startNew }), log };
  },
);
