/** What a bench is, to the command line. */
import type { Progress } from '../stack/progress.js';
import type { MeteredRun } from './measure.js';
import { describeOptions, type OptionDeclarations, type OptionValues, readOptions } from './options.js';

export interface Bench {
  readonly name: string;
  /** The paragraph of `--help`. */
  readonly help: string;
  /**
   * @returns what measures and yields the report.
   * @throws OptionsError
   */
  prepare(args: readonly string[], env: NodeJS.ProcessEnv): (run: MeteredRun, progress: Progress) => Promise<string>;
}

export function defineBench<Declarations extends OptionDeclarations>(declaration: {
  readonly name: string;
  readonly about: string;
  readonly options: Declarations;
  readonly measure: (run: MeteredRun, progress: Progress, options: OptionValues<Declarations>) => Promise<string>;
}): Bench {
  const { name, about, options, measure } = declaration;
  return {
    name,
    help: `${name}\n${about.replace(/^/gm, '  ')}\n${describeOptions(options)}`,
    prepare(args, env) {
      const values = readOptions(options, args, env);
      return (run, progress) => measure(run, progress, values);
    },
  };
}
