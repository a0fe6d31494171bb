// node stack/run.mjs FILE.ts [argument …]
import { prepare, runTypeScript } from './bootstrap.mjs';

const [file, ...args] = process.argv.slice(2);
if (!file) {
  process.stderr.write('Name the TypeScript file to run: node stack/run.mjs FILE.ts [argument …]\n');
  process.exit(1);
}
prepare();
await runTypeScript(file, args);
