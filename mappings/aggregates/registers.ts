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

/** Milliseconds since 1970 as RFC 3339 in UTC with milliseconds. */
export function asTime(value: Json): string | null {
  return typeof value === 'number' ? new Date(value).toISOString() : null;
}
