/** Arguments of a process that takes hardly any: its settings are environment variables. */
import { editDistance } from './edit-distance.js';

const SLIPS_MAX = 2;

/** What is wrong with the first that is not among the options, in a sentence; `null`: nothing. */
export function argumentProblem(
  given: readonly string[],
  { options, settings }: { readonly options: readonly string[]; readonly settings: readonly string[] },
): string | null {
  const stray = given.find((argument) => !options.includes(argument));
  if (stray === undefined) return null;
  const name = settingNameIn(stray);
  if (settings.includes(name)) {
    return `${stray}: settings are environment variables. Write ${name}=… before the command.`;
  }
  const meant = options.find(
    (option) => Math.abs(stray.length - option.length) <= SLIPS_MAX && editDistance(stray, option) <= SLIPS_MAX,
  );
  const hint = meant === undefined ? `There is nothing but ${options.join(', ')}.` : `Did you mean ${meant}?`;
  return `${stray}: there is no such argument. ${hint}`;
}

/** `API_PORT` of `--api-port`, `--api-port=8080` and `API_PORT=8080`. */
function settingNameIn(argument: string): string {
  const [name = ''] = argument.replace(/^-+/, '').split('=', 1);
  return name.toUpperCase().replaceAll('-', '_');
}
