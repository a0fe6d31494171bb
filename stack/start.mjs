import { prepare, runTypeScript } from './bootstrap.mjs';

prepare();
await runTypeScript('stack/start.ts', process.argv.slice(2));
