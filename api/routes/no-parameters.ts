import type { Request } from 'express';
import { Problem } from '../http/problems.js';
import { queryStringOf } from '../http/request-target.js';
import { type ParameterError, readQueryString, undeclaredErrors, valuesByName } from '../query/given.js';

/** @throws Problem for any parameter, told together with what else is wrong. */
export function assertNoParameters(request: Request, otherErrors: readonly ParameterError[] = []): void {
  const { pairs, errors } = readQueryString(queryStringOf(request));
  const unknown = [...valuesByName(pairs).keys()].map((parameter) => {
    return { parameter, message: 'is not a parameter here' };
  });
  if (unknown.length + errors.length === 0) return;
  const all = [...otherErrors, ...undeclaredErrors([...errors, ...unknown], 'none is')];
  throw new Problem('invalid-parameters', 'errors names each of them and what is allowed.', all);
}
