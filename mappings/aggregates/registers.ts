/** Reading registers of a state: which of them count, and as what type. */
import type { Json } from '../contract.js';
import { compareVersions } from '../events/event.js';
import type { AggregateState } from './state.js';

/** The register's value, `null` when it was never written, was cleared, or was written before the last delete. */
export function effective(state: AggregateState, register: string): Json {
  const found = state.registers.get(register);
  if (found === undefined) return null;
  if (state.deleted !== null && compareVersions(found.version, state.deleted) <= 0) return null;
  return found.value;
}

/** The register's value whether or not a delete came after it. */
export function lastKnown(state: AggregateState, register: string): Json {
  return state.registers.get(register)?.value ?? null;
}

export function asText(value: Json): string | null {
  return typeof value === 'string' ? value : null;
}

export function asNumber(value: Json): number | null {
  return typeof value === 'number' ? value : null;
}

export function asFlag(value: Json): boolean | null {
  return typeof value === 'boolean' ? value : null;
}

export function asTexts(value: Json): readonly string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

const DAY_MS = 86_400_000;
const DAYS_REMEMBERED_MAX = 10_000;
const TWO_DIGITS = Array.from({ length: 60 }, (_, i) => String(i).padStart(2, '0'));
const days = new Map<number, string>();

/** Milliseconds since 1970 as RFC 3339 in UTC with milliseconds; several times faster than a Date for each. */
export function asTime(value: Json): string | null {
  if (typeof value !== 'number') return null;
  const day = Math.floor(value / DAY_MS);
  let date = days.get(day);
  if (date === undefined) {
    if (days.size >= DAYS_REMEMBERED_MAX) days.clear();
    date = new Date(day * DAY_MS).toISOString().slice(0, 11);
    days.set(day, date);
  }
  const ms = value - day * DAY_MS;
  const seconds = Math.floor(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  const clock = `${TWO_DIGITS[Math.floor(minutes / 60)]}:${TWO_DIGITS[minutes % 60]}:${TWO_DIGITS[seconds % 60]}`;
  return `${date}${clock}.${String(ms % 1000).padStart(3, '0')}Z`;
}
