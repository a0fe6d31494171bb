/** The options of a bench, declared once: how they are read, their defaults and what `--help` says of them. */
import { parseArgs } from 'node:util';

export class OptionsError extends Error {
  override readonly name = 'OptionsError';
}

interface NumberOption {
  readonly kind: 'number';
  readonly fallback: number;
  readonly least: number;
  readonly meaning: string;
  /** An environment variable that may say it, too. */
  readonly variable?: string;
}

interface TextOption {
  readonly kind: 'text';
  readonly fallback: string | null;
  readonly placeholder: string;
  readonly meaning: string;
}

/** By the name that follows `--`. */
export type OptionDeclarations = Readonly<Record<string, NumberOption | TextOption>>;

export type OptionValues<Declarations extends OptionDeclarations> = {
  readonly [Name in keyof Declarations]: Declarations[Name] extends NumberOption
    ? number
    : Declarations[Name]['fallback'] extends string
      ? string
      : string | null;
};

/** A whole number of at least `least`. */
export function wholeNumber(fallback: number, least: number, meaning: string, variable?: string): NumberOption {
  return { kind: 'number', fallback, least, meaning, ...(variable === undefined ? {} : { variable }) };
}

export function text<Fallback extends string | null>(
  fallback: Fallback,
  placeholder: string,
  meaning: string,
): TextOption & { readonly fallback: Fallback } {
  return { kind: 'text', fallback, placeholder, meaning };
}

/** @throws OptionsError that names the option. */
export function readOptions<Declarations extends OptionDeclarations>(
  declarations: Declarations,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): OptionValues<Declarations> {
  const given = parse(declarations, args);
  const values = Object.entries(declarations).map(([name, option]) => {
    const said = given[name];
    if (option.kind === 'text') return [name, said ?? option.fallback];
    const number = said ?? (option.variable === undefined ? undefined : env[option.variable]);
    return [name, number === undefined ? option.fallback : readNumber(name, number, option.least)];
  });
  return Object.fromEntries(values) as OptionValues<Declarations>;
}

/** One line for each option. */
export function describeOptions(declarations: OptionDeclarations): string {
  return Object.entries(declarations)
    .map(([name, option]) => {
      const argument = `--${name} ${option.kind === 'number' ? 'N' : option.placeholder}`;
      const variable = option.kind === 'number' && option.variable !== undefined ? `, or ${option.variable}` : '';
      const fallback = option.fallback === null ? '' : ` (${option.fallback}${variable})`;
      return `  ${argument.padEnd(24)} ${option.meaning}${fallback}`;
    })
    .join('\n');
}

function parse(declarations: OptionDeclarations, args: readonly string[]): Readonly<Record<string, string>> {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: Object.fromEntries(Object.keys(declarations).map((name) => [name, { type: 'string' }])),
    });
    return values as Record<string, string>;
  } catch (error) {
    throw new OptionsError(`${error instanceof Error ? error.message : error} See --help.`);
  }
}

function readNumber(name: string, digits: string, least: number): number {
  const number = Number(digits);
  if (/^\d{1,9}$/.test(digits) && number >= least) return number;
  throw new OptionsError(`--${name} is "${digits}": give a whole number of at least ${least}.`);
}
