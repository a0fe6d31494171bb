/** Days and months of the business time zone, as texts that sort: `2026-11-21`, `2026-11`. */

const QUARTER_HOUR_MS = 15 * 60_000;
const DAYS_REMEMBERED_MAX = 100_000;

const remembered = new Map<string, Map<number, string>>();
const formats = new Map<string, Intl.DateTimeFormat>();

/**
 * The day of an instant (ms since 1970). Time zones change their offset at whole quarters of an hour, so the day is
 * computed once per quarter: formatting by time zone costs microseconds and is asked for every order.
 */
export function dayOf(instant: number, timeZone: string): string {
  const quarter = Math.floor(instant / QUARTER_HOUR_MS);
  let days = remembered.get(timeZone);
  if (days === undefined || days.size > DAYS_REMEMBERED_MAX) {
    days = new Map();
    remembered.set(timeZone, days);
  }
  let day = days.get(quarter);
  if (day === undefined) {
    day = formatDay(instant, timeZone);
    days.set(quarter, day);
  }
  return day;
}

function formatDay(instant: number, timeZone: string): string {
  if (timeZone === 'UTC') return new Date(instant).toISOString().slice(0, 10);
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-CA', {
      timeZone,
      calendar: 'iso8601',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
    });
    formats.set(timeZone, format);
  }
  const parts = new Map(format.formatToParts(instant).map(({ type, value }) => [type, value]));
  return `${(parts.get('year') ?? '').padStart(4, '0')}-${parts.get('month')}-${parts.get('day')}`;
}

export function monthOf(day: string): string {
  return day.slice(0, 7);
}

/** The day so many days later (earlier when negative). */
export function addDays(day: string, days: number): string {
  const date = new Date(`${day}T00:00:00.000Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}

/** `2026-01` → `2025-12`. */
export function previousMonth(month: string): string {
  return monthOf(addDays(`${month}-01`, -1));
}
