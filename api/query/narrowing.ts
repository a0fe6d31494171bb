/** What narrows a list down: filters, what is hidden without them, ranges, times. */
import type { QueryDeclaration } from '../../mappings/queries.js';
import type { Condition, FilterValue } from '../ports/document-query.js';
import type { ParameterValues } from './parameter-values.js';
import { exclusionOf } from './parameters.js';

export interface Narrowing {
  /** All that the documents of the list meet. */
  readonly conditions: readonly Condition[];
  /** The same as if nothing had been chosen or excluded by that filter. */
  ignoring(filter: string): readonly Condition[];
}

/** What one filter asks for. */
interface Choice {
  readonly filter: string;
  readonly condition: Condition;
}

/** `fixed`: conditions that the caller has no say in. */
export function readNarrowing(
  values: ParameterValues,
  queries: QueryDeclaration,
  fixed: readonly Condition[],
): Narrowing {
  const choices = readChoices(values, queries);
  const hiding = readHiding(values, queries, choices);
  const others = [...readRanges(values, queries), ...readTimes(values, queries)];
  const all = (left: readonly Choice[], hides: readonly Condition[]) => [
    ...fixed,
    ...left.map(({ condition }) => condition),
    ...hides,
    ...others,
  ];
  const filtersHidden = queries.hidden !== undefined && values.has(queries.hidden.filter);
  return {
    // Whoever names values sees no others: nothing need be hidden.
    conditions: all(choices, filtersHidden ? [] : hiding),
    ignoring: (filter) =>
      all(
        choices.filter((choice) => choice.filter !== filter),
        filtersHidden && filter !== queries.hidden?.filter ? [] : hiding,
      ),
  };
}

function readChoices(values: ParameterValues, { filters }: QueryDeclaration): Choice[] {
  return Object.entries(filters).flatMap(([name, filter]) => {
    const { field } = filter;
    const wanted = values.filterValues(name, filter);
    const unwanted = filter.kind === 'id' ? undefined : values.filterValues(exclusionOf(name), filter);
    const choices: Choice[] = [];
    if (wanted !== undefined) choices.push({ filter: name, condition: { kind: 'anyOf', field, values: wanted } });
    if (unwanted !== undefined) choices.push({ filter: name, condition: { kind: 'noneOf', field, values: unwanted } });
    return choices;
  });
}

/** What is hidden by default, less what the filter names. */
function readHiding(values: ParameterValues, queries: QueryDeclaration, choices: readonly Choice[]): Condition[] {
  if (queries.hidden === undefined) return [];
  const { filter, values: hidden, unless } = queries.hidden;
  const field = queries.filters[filter]?.field;
  if (values.flag(unless) || field === undefined) return [];
  const named = new Set(choices.flatMap((choice): readonly FilterValue[] => namedBy(choice, filter)));
  const left = hidden.filter((value) => !named.has(value));
  return left.length === 0 ? [] : [{ kind: 'noneOf', field, values: left }];
}

function namedBy({ filter, condition }: Choice, name: string): readonly FilterValue[] {
  return filter === name && condition.kind === 'anyOf' ? condition.values : [];
}

function readRanges(values: ParameterValues, { ranges }: QueryDeclaration): Condition[] {
  return Object.entries(ranges).flatMap(([name, { field, type }]): Condition[] => {
    const min = values.bound(`${name}Min`, type);
    const max = values.bound(`${name}Max`, type);
    if (min === undefined && max === undefined) return [];
    return [{ kind: 'range', field, ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) }];
  });
}

function readTimes(values: ParameterValues, { times }: QueryDeclaration): Condition[] {
  return Object.entries(times).flatMap(([name, { field }]): Condition[] => {
    const from = values.instant(`${name}From`);
    const to = values.instant(`${name}To`);
    if (from === undefined && to === undefined) return [];
    return [{ kind: 'time', field, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }];
  });
}
