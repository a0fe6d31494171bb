/** A list's parameters as a test writes them, and what became of them. */

import type { Condition } from '../../api/ports/document-query.js';
import { readQueryString } from '../../api/query/given.js';
import { type ListOutcome, type ListRequest, readListRequest } from '../../api/query/list-request.js';
import type { ViewName } from '../../mappings/contract.js';
import { views } from '../../mappings/registry.js';

export const SECRET = Buffer.from('a secret of the tests');

export function read(
  view: ViewName,
  queryString: string,
  fixed: readonly Condition[] = [],
  generation = 1,
): ListOutcome {
  return readListRequest(readQueryString(queryString), { view: views[view], generation, cursorSecret: SECRET, fixed });
}

export function accepted(view: ViewName, queryString: string, fixed: readonly Condition[] = []): ListRequest {
  const outcome = read(view, queryString, fixed);
  if (outcome.kind === 'request') return outcome.request;
  throw new Error(`?${queryString} was not accepted: ${JSON.stringify(outcome)}`);
}

/** The names of the refused parameters, sorted. */
export function refused(view: ViewName, queryString: string): string[] {
  return refusals(view, queryString)
    .map(({ parameter }) => parameter)
    .sort();
}

export function refusals(view: ViewName, queryString: string) {
  const outcome = read(view, queryString);
  if (outcome.kind === 'refused') return outcome.errors;
  throw new Error(`?${queryString} was not refused: ${JSON.stringify(outcome)}`);
}
