/** All problems at once, of a request that has many. */
import { describe, expect, it } from 'vitest';
import { readQueryString, undeclaredErrors } from '../../../api/query/given.js';
import { ParameterValues } from '../../../api/query/parameter-values.js';

const errorsOf = (query: string) => {
  const values = new ParameterValues(readQueryString(query));
  values.refuseUnknown(['size', 'flag'], 'this list');
  values.positive('size');
  values.flag('flag');
  return values.errors;
};
const unknown = (count: number) => Array.from({ length: count }, (_, i) => `p${i}=1`).join('&');

describe('what is wrong with a request', () => {
  it('is told of declared parameters first, however many others there are', () => {
    const errors = errorsOf(`${unknown(400)}&size=0&flag=x&${'flag=%FF&'.repeat(50)}`);
    expect(errors.slice(0, 3).map(({ parameter }) => parameter)).toEqual(['size', 'flag', 'flag']);
    expect(errors).toHaveLength(3 + 50 + 1);
  });

  it('is told with what is allowed, ten times', () => {
    const messages = errorsOf(unknown(12)).map(({ message }) => message);
    expect(messages.slice(0, 10)).toEqual(
      Array.from({ length: 10 }, () => 'is not a parameter of this list; allowed: size, flag'),
    );
    expect(messages.slice(10)).toEqual(['is not a parameter of this list', 'is not a parameter of this list']);
  });

  it('is summed under the first name that is not told', () => {
    const undeclared = (count: number) =>
      undeclaredErrors(
        Array.from({ length: count }, (_, i) => ({ parameter: `p${i}`, message: 'is none' })),
        'none is',
      );
    expect(undeclared(50)).toHaveLength(50);
    expect(undeclared(51).at(-1)).toEqual({ parameter: 'p50', message: 'is none' });
    expect(undeclared(400).at(-1)).toEqual({ parameter: 'p50', message: 'is none; so are 349 more' });
  });
});
