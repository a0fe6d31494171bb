/** The query string as it was sent: names and texts, before anything is known of their meaning. */

/** A parameter that cannot be used, and what would be allowed. */
export interface ParameterError {
  readonly parameter: string;
  readonly message: string;
}

/** Of parameters that nobody has declared so many are told, so that an answer is never far larger than its question. */
const UNDECLARED_TOLD_MAX = 50;
/** Of so many it is said what would be allowed. */
const EXPLAINED_MAX = 10;
const QUOTED_MAX = 60;

/** What is said of them, whatever they quote. All are told: there are not many more than parameters are declared. */
export function toldErrors(errors: readonly ParameterError[]): readonly ParameterError[] {
  return errors.map(({ parameter, message }) => ({ parameter: shortened(parameter), message }));
}

/** What is said of parameters that are not declared, however many there are. `allowed`: of the parameters that are. */
export function undeclaredErrors(errors: readonly ParameterError[], allowed: string): readonly ParameterError[] {
  const told = errors.slice(0, UNDECLARED_TOLD_MAX).map(({ parameter, message }, place) => {
    return { parameter, message: place < EXPLAINED_MAX ? `${message}; ${allowed}` : message };
  });
  const [next, ...others] = errors.slice(UNDECLARED_TOLD_MAX);
  if (next === undefined) return told;
  const { parameter, message } = next;
  return [...told, others.length === 0 ? next : { parameter, message: `${message}; so are ${others.length} more` }];
}

/** As much of a text as is quoted: the caller knows what it sent. */
export function shortened(text: string): string {
  return text.length <= QUOTED_MAX ? text : `${text.slice(0, QUOTED_MAX).replace(/[\ud800-\udbff]$/, '')}…`;
}

export type Pair = readonly [name: string, value: string];

export interface Given {
  /** In the order sent. */
  readonly pairs: readonly Pair[];
  readonly errors: readonly ParameterError[];
}

const PARAMETERS_MAX = 500;

/** Names stay plain text: `status[$ne]` is a name like any other, and unknown. */
export function readQueryString(queryString: string): Given {
  const pairs: Pair[] = [];
  const errors: ParameterError[] = [];
  const parts = queryString.split('&').filter((part) => part !== '');
  if (parts.length > PARAMETERS_MAX) {
    return { pairs, errors: [{ parameter: '', message: `at most ${PARAMETERS_MAX} parameters may be given` }] };
  }
  for (const part of parts) {
    const end = part.indexOf('=');
    const rawName = end < 0 ? part : part.slice(0, end);
    const name = decode(rawName);
    const value = decode(end < 0 ? '' : part.slice(end + 1));
    if (name === null || value === null) {
      errors.push({ parameter: name ?? rawName, message: 'is not percent-encoded UTF-8' });
    } else pairs.push([name, value]);
  }
  return { pairs, errors };
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return null;
  }
}

/** Values by name, in the order sent. */
export function valuesByName(pairs: readonly Pair[]): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, string[]>();
  for (const [name, value] of pairs) {
    const known = values.get(name);
    if (known === undefined) values.set(name, [value]);
    else known.push(value);
  }
  return values;
}

/** A query string that reads back as the same pairs. */
export function writeQueryString(pairs: readonly Pair[]): string {
  return pairs.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&');
}
