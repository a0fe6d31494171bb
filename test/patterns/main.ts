/** A part of `npm run check`: no regular expression of the sources may take more than linear time. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { patternsIn, problemOf } from './patterns.js';

const FOLDERS = ['api', 'mappings', 'projector', 'runtime', 'sample', 'stack'];

const files = FOLDERS.flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => path.join(folder, name)),
);
const patterns = files
  .filter((file) => file.endsWith('.ts'))
  .flatMap((file) => patternsIn(file, readFileSync(file, 'utf8')));
const problems = patterns.flatMap((pattern) => {
  const problem = problemOf(pattern);
  return problem === null ? [] : [`${pattern.file}:${pattern.line}: /${pattern.source}/${pattern.flags}: ${problem}`];
});
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.stdout.write(`${patterns.length} regular expressions, ${problems.length} of more than linear time\n`);
process.exit(problems.length === 0 ? 0 : 1);
