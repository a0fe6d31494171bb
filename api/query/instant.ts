/** Times in parameters: RFC 3339 with a zone, nothing looser. */

const RFC_3339 =
  /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,30}))?(?:([Zz])|([+-])(\d{2}):(\d{2}))$/;

const MINUTE_MS = 60_000;
const EARLIEST_MS = Date.parse('0000-01-01T00:00:00.000Z');
const LATEST_MS = Date.parse('9999-12-31T23:59:59.999Z');

export type Instant = { readonly iso: string } | { readonly problem: string };

/**
 * The first millisecond at or after the instant, as `2026-11-01T10:00:00.000Z`. Documents hold whole milliseconds, so
 * rounding up is exact both for an inclusive lower and for an exclusive upper bound.
 */
export function parseInstant(text: string): Instant {
  const parts = RFC_3339.exec(text);
  if (parts === null) return { problem: syntaxProblem(text) };
  const milliseconds = millisecondsOf(parts);
  if (milliseconds === null) return { problem: 'is not a date and time that exists' };
  if (milliseconds < EARLIEST_MS || milliseconds > LATEST_MS) {
    return { problem: 'must lie within the years 0000 to 9999 in UTC' };
  }
  return { iso: new Date(milliseconds).toISOString() };
}

function millisecondsOf(parts: RegExpExecArray): number | null {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1, 7).map(Number);
  const [fraction = '', , sign = '+', offsetHours = '0', offsetMinutes = '0'] = parts.slice(7);
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month) || hour > 23 || minute > 59 || second > 60)
    return null;
  if (Number(offsetHours) > 23 || Number(offsetMinutes) > 59) return null;
  // setUTCFullYear, because Date.UTC takes the years 0 to 99 for the twentieth century.
  const local = new Date(0).setUTCFullYear(year, month - 1, day) + ((hour * 60 + minute) * 60 + second) * 1000;
  const offset = (Number(offsetHours) * 60 + Number(offsetMinutes)) * MINUTE_MS * (sign === '-' ? -1 : 1);
  // A leap second can only be the last of a UTC day.
  if (second === 60 && (local - offset) % (24 * 60 * MINUTE_MS) !== 0) return null;
  return local - offset + fractionMs(fraction);
}

function fractionMs(digits: string): number {
  const whole = Number(digits.slice(0, 3).padEnd(3, '0'));
  return /[1-9]/.test(digits.slice(3)) ? whole + 1 : whole;
}

function daysIn(year: number, month: number): number {
  return new Date(new Date(0).setUTCFullYear(year, month, 0)).getUTCDate();
}

function syntaxProblem(text: string): string {
  const example = 'must be RFC 3339 with a zone, such as 2026-11-01T10:00:00Z or 2026-11-01T10:00:00%2B08:00';
  return / \d{2}:\d{2}$/.test(text) ? `${example}; a "+" in a URL means a space and must be written %2B` : example;
}
