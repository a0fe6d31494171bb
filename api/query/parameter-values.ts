/** Reads the values of the known parameters and collects what is wrong with them, all of it. */
import { ceilInstant, type NoInstant } from '../../mappings/instant.js';
import type { Filter, NumberRange } from '../../mappings/queries.js';
import { SNAPSHOT_NAME } from '../../runtime/storage/names.js';
import type { FilterValue } from '../ports/document-query.js';
import { type Given, type ParameterError, shortened, undeclaredErrors, valuesByName } from './given.js';
import { listedValues } from './listed-values.js';
import { AS_OF, closedSetOf, LIMITS, NUMBER_MAX, valuesMaxOf } from './parameters.js';

const INTEGER = /^-?\d{1,16}$/;
/** As JSON writes it. */
const NUMBER = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const POSITIVE = /^0*[1-9]\d*$/;

const NO_INSTANT: Readonly<Record<NoInstant, string>> = {
  syntax: 'must be RFC 3339 with a zone, such as 2026-11-01T10:00:00Z or 2026-11-01T10:00:00%2B08:00',
  nonexistent: 'is not a date and time that exists',
  'out of range': 'must lie within the years 0000 to 9999 in UTC',
};
const SPACE_FOR_PLUS = / \d{2}:\d{2}$/;

export class ParameterValues {
  readonly #errors: ParameterError[] = [];
  #undecoded: readonly ParameterError[];
  #unknown: readonly ParameterError[] = [];
  readonly #values: ReadonlyMap<string, readonly string[]>;

  constructor(given: Given) {
    this.#undecoded = given.errors;
    this.#values = valuesByName(given.pairs);
  }

  /** What is wrong with declared parameters comes first. */
  get errors(): readonly ParameterError[] {
    return [...this.#errors, ...this.#undecoded, ...this.#unknown];
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  refuse(parameter: string, message: string): void {
    this.#errors.push({ parameter, message });
  }

  /** `of`: of what they are the parameters. */
  refuseUnknown(known: readonly string[], of: string): void {
    const isKnown = ({ parameter }: ParameterError) => known.includes(parameter);
    const unknown = [...this.#values.keys()]
      .map((parameter) => ({ parameter, message: `is not a parameter of ${of}` }))
      .filter((error) => !isKnown(error));
    const others = this.#undecoded.filter((error) => !isKnown(error));
    // However often one of them was given.
    const declared = new Map(this.#undecoded.filter(isKnown).map((error) => [error.parameter, error]));
    this.#undecoded = [...declared.values()];
    this.#unknown = undeclaredErrors([...others, ...unknown], `allowed: ${known.join(', ')}`);
  }

  /** A parameter that is given once at most. */
  one(name: string): string | undefined {
    const values = this.#values.get(name);
    if (values !== undefined && values.length > 1) this.refuse(name, 'may be given once only');
    return values?.[0];
  }

  /** A parameter that is repeated or separated by commas. */
  many(name: string, max: number): readonly string[] | undefined {
    const values = this.#values.get(name)?.flatMap(listedValues);
    if (values === undefined || values.length <= max) return values;
    this.refuse(name, `at most ${max} values may be given`);
    return undefined;
  }

  /** Distinct names out of a closed set. */
  namesOf(name: string, allowed: readonly string[], max: number): readonly string[] {
    const values = this.many(name, max) ?? [];
    const unknown = values.filter((value) => !allowed.includes(value));
    if (unknown.length > 0) this.refuse(name, `${quoted(unknown)} unknown; allowed: ${allowed.join(', ')}`);
    return [...new Set(values)].filter((value) => allowed.includes(value));
  }

  filterValues(name: string, filter: Filter): readonly FilterValue[] | undefined {
    const texts = this.many(name, valuesMaxOf(filter));
    if (texts === undefined) return undefined;
    if (filter.kind === 'boolean') return this.#booleans(name, texts);
    const values = closedSetOf(filter);
    const unknown = values === undefined ? [] : texts.filter((text) => !values.includes(text));
    if (unknown.length > 0) this.refuse(name, `${quoted(unknown)} unknown; allowed: ${(values ?? []).join(', ')}`);
    if (texts.some((text) => [...text].length > LIMITS.valueLengthMax)) {
      this.refuse(name, `a value has at most ${LIMITS.valueLengthMax} characters`);
    }
    return texts;
  }

  #booleans(name: string, texts: readonly string[]): readonly boolean[] {
    if (texts.some((text) => text !== 'true' && text !== 'false')) this.refuse(name, 'must be true or false');
    return texts.map((text) => text === 'true');
  }

  flag(name: string): boolean {
    const text = this.one(name);
    if (text !== undefined && text !== 'true' && text !== 'false') this.refuse(name, 'must be true or false');
    return text === 'true';
  }

  /** Which snapshot, if any: it was looked for when the reading began. */
  snapshot(): void {
    const name = this.one(AS_OF.name);
    if (name !== undefined && !SNAPSHOT_NAME.test(name)) {
      this.refuse(
        AS_OF.name,
        'must be the name of a snapshot: letters, digits, dots, hyphens and underscores, at most 64',
      );
    }
  }

  bound(name: string, type: NumberRange['type']): number | undefined {
    const text = this.one(name);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (type === 'integer' && !(INTEGER.test(text) && Number.isSafeInteger(value))) {
      this.refuse(name, `must be a whole number between ±${Number.MAX_SAFE_INTEGER}`);
    } else if (type === 'number' && !(NUMBER.test(text) && Math.abs(value) <= NUMBER_MAX)) {
      this.refuse(name, `must be a number such as 0.25, between ±${NUMBER_MAX}`);
    }
    return value;
  }

  /**
   * A time, as `2026-11-01T10:00:00.000Z`. Documents hold whole milliseconds, so rounding up is exact both for an
   * inclusive lower and for an exclusive upper bound.
   */
  instant(name: string): string | undefined {
    const text = this.one(name);
    if (text === undefined) return undefined;
    const instant = ceilInstant(text);
    if (typeof instant === 'number') return new Date(instant).toISOString();
    const hint = SPACE_FOR_PLUS.test(text) ? '; a "+" in a URL means a space and must be written %2B' : '';
    this.refuse(name, NO_INSTANT[instant] + hint);
    return undefined;
  }

  /** A whole number from 1; a very large one is as good as the largest. */
  positive(name: string): number | undefined {
    const text = this.one(name);
    if (text === undefined) return undefined;
    if (POSITIVE.test(text)) return Math.min(Number(text), Number.MAX_SAFE_INTEGER);
    this.refuse(name, 'must be a whole number from 1');
    return undefined;
  }
}

/** `"a", "b" is/are` */
function quoted(texts: readonly string[]): string {
  const shown = texts.slice(0, 5).map((text) => JSON.stringify(shortened(text)));
  return `${shown.join(', ')}${texts.length > shown.length ? ', …' : ''} ${texts.length === 1 ? 'is' : 'are'}`;
}
