/** The check of regular expressions finds those that once were here, and passes those that took their place. */
import { describe, expect, it } from 'vitest';
import { patternsIn, problemOf } from './patterns.js';

const judged = (text: string) => patternsIn('planted.ts', text).map((pattern) => problemOf(pattern));

describe('the check of regular expressions', () => {
  it.each([
    ['cubic', 'const A = /([?&][^=&]*(?:key|token)[^=&]*=)[^&]*/gi;'],
    ['quadratic where it begins', 'const A = /eyJ[\\w-]+\\.[\\w-]+\\.[\\w-]*/g;'],
    ['quadratic within', 'const A = /^orders\\/([!-~]+?)(?:@(\\d{1,16})|#([!-~]+))$/;'],
    ['exponential', 'const A = /^(a+)+$/;'],
    ['quadratic and put together', "const PART = '[!-~]+';\nconst A = new RegExp('^' + PART + '#' + PART + '$', 'u');"],
  ])('finds a %s one', (_, text) => {
    expect(judged(text)).toEqual([expect.stringMatching(/polynomial|exponential/)]);
  });

  it('passes those of linear time', () => {
    expect(judged('const A = /^[!-~]{1,1536}$/;\nexport const B = () => "a".split(/([?&;])/);')).toEqual([null, null]);
  });

  it('does not let one pass that nobody can judge', () => {
    expect(() => judged("const of = (name: string) => new RegExp('^' + name);")).toThrow('planted.ts:1: a pattern');
  });
});
