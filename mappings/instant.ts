/** Times of events, parameters and operators: RFC 3339 to the letter, since `Date.parse` takes more than that and rolls 30 February over. */

const RFC_3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** 0000-01-01T00:00:00.000Z. */
const EARLIEST_MS = -62_167_219_200_000;
/** 9999-12-31T23:59:59.999Z. */
const LATEST_MS = 253_402_300_799_999;

/** What operators are told whose time is none, or names none that exists: nobody should have to guess what `5` meant. */
export const INSTANT_RULE = 'must be a time with its zone (RFC 3339), such as 2026-11-01T00:00:00Z';

export type NoInstant = 'syntax' | 'nonexistent' | 'out of range';

/**
 * Milliseconds since 1970 of an RFC 3339 time, further digits of the fraction cut off; `null` when the text is none,
 * or lies outside of the years 0000–9999 in UTC. A leap second is the second after it.
 */
export function parseInstant(text: string): number | null {
  const instant = readInstant(text, wholeMilliseconds);
  return typeof instant === 'number' ? instant : null;
}

/** The same, rounded up: the first millisecond at or after the instant; or why there is none. */
export function ceilInstant(text: string): number | NoInstant {
  return readInstant(text, begunMilliseconds);
}

function readInstant(text: string, millisecondsOf: (fraction: string) => number): number | NoInstant {
  const match = RFC_3339.exec(text);
  if (match === null) return 'syntax';
  const second = secondOf(match);
  if (second === null) return 'nonexistent';
  const instant = second + millisecondsOf(match[7] ?? '');
  return instant >= EARLIEST_MS && instant <= LATEST_MS ? instant : 'out of range';
}

function wholeMilliseconds(fraction: string): number {
  return Number(fraction.slice(0, 3).padEnd(3, '0'));
}

function begunMilliseconds(fraction: string): number {
  return wholeMilliseconds(fraction) + (/[1-9]/.test(fraction.slice(3)) ? 1 : 0);
}

function secondOf(match: RegExpExecArray): number | null {
  const [year, month, day, hour, minute, second] = [
    Number(match[1]),
    Number(match[2]),
    Number(match[3]),
    Number(match[4]),
    Number(match[5]),
    Number(match[6]),
  ];
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return null;
  if (hour > 23 || minute > 59 || second > 60) return null;
  const offset = offsetOf(match[8], Number(match[9] ?? 0), Number(match[10] ?? 0));
  if (offset === null) return null;
  const instant =
    daysSinceEpoch(year, month, day) * DAY_MS + hour * HOUR_MS + minute * MINUTE_MS + second * SECOND_MS - offset;
  return second === 60 && !isMonthStart(instant) ? null : instant;
}

function offsetOf(sign: string | undefined, hours: number, minutes: number): number | null {
  if (sign === undefined) return 0;
  if (hours > 23 || minutes > 59) return null;
  const offset = hours * HOUR_MS + minutes * MINUTE_MS;
  return sign === '-' ? -offset : offset;
}

/** Leap seconds are inserted at the end of a month in UTC and nowhere else. */
function isMonthStart(instant: number): boolean {
  return instant % DAY_MS === 0 && new Date(instant).getUTCDate() === 1;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** `Date.UTC` takes the years 0–99 for 1900–1999. The Gregorian calendar repeats every 400 years = 146,097 days. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  return year < 100 ? Date.UTC(year + 400, month - 1, day) / DAY_MS - 146_097 : Date.UTC(year, month - 1, day) / DAY_MS;
}
