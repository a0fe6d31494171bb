/** The query string as it was sent: names and texts, before anything is known of their meaning. */

/** A parameter that cannot be used, and what would be allowed. */
export interface ParameterError {
  readonly parameter: string;
  readonly message: string;
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
