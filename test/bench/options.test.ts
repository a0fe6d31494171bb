import { describe, expect, it } from 'vitest';
import { describeOptions, OptionsError, readOptions, text, wholeNumber } from '../../bench/options.js';

const DECLARED = {
  events: wholeNumber(100, 10, 'events', 'BENCH_EVENTS'),
  seed: text('bench', 'TEXT', 'seed'),
  profile: text(null, 'FOLDER', 'profile'),
};

describe('options of a bench', () => {
  it('have their defaults', () => {
    expect(readOptions(DECLARED, [], {})).toEqual({ events: 100, seed: 'bench', profile: null });
  });

  it('are taken from the arguments before the environment', () => {
    const env = { BENCH_EVENTS: '20' };
    expect(readOptions(DECLARED, [], env).events).toBe(20);
    expect(readOptions(DECLARED, ['--events', '30', '--profile', 'here'], env)).toMatchObject({
      events: 30,
      profile: 'here',
    });
  });

  it.each([['9'], ['-1'], ['1e3'], ['ten'], ['']])('refuse %j as a number, by name', (given) => {
    expect(() => readOptions(DECLARED, [`--events=${given}`], {})).toThrow(/--events .* at least 10/);
  });

  it('refuse what is not declared', () => {
    expect(() => readOptions(DECLARED, ['--event', '30'], {})).toThrow(OptionsError);
    expect(() => readOptions(DECLARED, ['extra'], {})).toThrow(OptionsError);
  });

  it('describe themselves with default and variable', () => {
    expect(describeOptions(DECLARED)).toContain('--events N');
    expect(describeOptions(DECLARED)).toContain('(100, or BENCH_EVENTS)');
    expect(describeOptions(DECLARED)).not.toContain('null');
  });
});
