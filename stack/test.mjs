import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { prepare, projectFolder } from './bootstrap.mjs';

prepare();
process.chdir(projectFolder);
const vitest = path.join(projectFolder, 'node_modules', 'vitest', 'vitest.mjs');
process.argv = [process.execPath, vitest, 'run', ...process.argv.slice(2)];
await import(pathToFileURL(vitest).href);
