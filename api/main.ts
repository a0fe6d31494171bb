/** The query API as a process. */
import { runProcess } from '../runtime/service.js';
import { composeApi } from './composition/api.js';
import { apiSettings } from './composition/settings.js';

await runProcess(
  { name: 'api', about: 'answers queries over the projected documents', settings: apiSettings },
  async (settings) => composeApi(settings),
);
