import { guide } from './guide.js';
import { assertPartCanListen, launchPart, systemParts, untilAnswered, untilHealthy, urlOf } from './parts.js';
import { progressOn } from './progress.js';
import { Run } from './run.js';
import { startServers } from './servers.js';
import { supervise } from './supervision.js';

const progress = progressOn(process.stdout);
const run = new Run('start');

await supervise({
  run,
  stages: ['sample', 'api', 'projector'],
  onStopAsked: () => progress('stop', 'stopping everything; press Ctrl-C again to kill'),
  start: async (fail) => {
    const { projector, api, sample } = systemParts();
    await assertPartCanListen(api);
    await assertPartCanListen(projector);
    const addresses = await startServers(run, progress, 'settings');
    run.watchDeaths(fail);
    const launched = [projector, api].map((part) => ({ part, service: launchPart(run, progress, part, addresses) }));
    await Promise.all(launched.map(({ part, service }) => untilHealthy(progress, part, service)));
    const isSampled = process.env.SAMPLE_EVENTS?.trim() !== 'off';
    if (isSampled) launchPart(run, progress, sample, addresses);
    run.watchDeaths(fail);
    if (isSampled) await untilAnswered(`${urlOf(api)}/v1/orders?size=1`);
    process.stdout.write(guide(urlOf(api), urlOf(projector), run.logFolder));
  },
});
