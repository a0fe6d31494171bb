/** The query API as a process. */
import { runProcess } from '../runtime/service.js';
import { composeApi } from './compose.js';
import { apiSettings } from './config.js';

await runProcess(
  { name: 'api', about: 'answers queries over the projected documents', settings: apiSettings },
  async (settings) => composeApi(settings),
);
