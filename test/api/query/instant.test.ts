import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ParameterValues } from '../../../api/query/parameter-values.js';

function parameterOf(text: string) {
  const values = new ParameterValues({ pairs: [['from', text]], errors: [] });
  const iso = values.instant('from');
  return iso === undefined ? { problem: values.errors[0]?.message } : { iso };
}

describe('times in parameters', () => {
  it.each([
    ['2026-11-01T10:00:00Z', '2026-11-01T10:00:00.000Z'],
    ['2026-11-01t10:00:00z', '2026-11-01T10:00:00.000Z'],
    ['2026-11-01T10:00:00+08:00', '2026-11-01T02:00:00.000Z'],
    ['2026-11-01T10:00:00.5-00:30', '2026-11-01T10:30:00.500Z'],
    ['0044-03-15T12:00:00Z', '0044-03-15T12:00:00.000Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z'],
  ])('reads %s', (text, iso) => {
    expect(parameterOf(text)).toEqual({ iso });
  });

  it.each([
    ['2026-11-01T10:00:00.0009Z', '2026-11-01T10:00:00.001Z'],
    ['2026-11-01T10:00:00.123000000Z', '2026-11-01T10:00:00.123Z'],
    ['2026-11-01T10:00:00.999000001Z', '2026-11-01T10:00:01.000Z'],
  ])('rounds %s up to the next millisecond', (text, iso) => {
    expect(parameterOf(text)).toEqual({ iso });
  });

  it.each([
    '2026-11-01',
    '2026-11-01T10:00:00',
    '2026-11-01 10:00:00Z',
    '2026-11-01T10:00Z',
    '2026-11-01T10:00:00+0800',
    '20261101T100000Z',
    '+002026-11-01T10:00:00Z',
    'yesterday',
    '1793527200000',
    '',
    '2026-11-01T10:00:00Z\n',
  ])('refuses %j, which is not RFC 3339', (text) => {
    expect(parameterOf(text)).toEqual({ problem: expect.stringContaining('RFC 3339') });
  });

  it.each([
    '2026-02-29T10:00:00Z',
    '2026-13-01T10:00:00Z',
    '2026-00-01T10:00:00Z',
    '2026-11-00T10:00:00Z',
    '2026-11-01T24:00:00Z',
    '2026-11-01T10:60:00Z',
    '2026-11-01T10:00:60Z',
    '2026-11-01T23:59:60Z',
    '2026-11-01T10:00:00+24:00',
  ])('refuses %s, which does not exist', (text) => {
    expect(parameterOf(text)).toEqual({ problem: expect.stringContaining('exists') });
  });

  it('says what became of a plus sign', () => {
    expect(parameterOf('2026-11-01T10:00:00 08:00')).toEqual({ problem: expect.stringContaining('%2B') });
  });

  it('refuses years beyond four digits in UTC', () => {
    expect(parameterOf('9999-12-31T23:59:59-01:00')).toEqual({ problem: expect.stringContaining('9999') });
    expect(parameterOf('0000-01-01T00:00:00+01:00')).toEqual({ problem: expect.stringContaining('0000') });
  });

  it('agrees with Date on every whole millisecond', () => {
    const anyTime = fc.date({
      min: new Date('0000-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59.999Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(anyTime, (date) => {
        expect(parameterOf(date.toISOString())).toEqual({ iso: date.toISOString() });
      }),
    );
  });
});
