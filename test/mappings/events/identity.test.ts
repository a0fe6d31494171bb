import { describe, expect, it } from 'vitest';
import { identityOf } from '../../../mappings/events/identity.js';
import { binary, ENVELOPE, raw, structured } from './records.js';

describe('which event a record is', () => {
  const own = { eventId: 'e-1', type: 'order.confirmed', subject: 'o-1', time: Date.parse(ENVELOPE.time) };

  it('is told as far as it can be, in both modes', () => {
    expect(identityOf(structured({ data: 7 }))).toEqual(own);
    expect(identityOf({ ...binary({}), value: null })).toEqual(own);
    const broken = { type: 'secret text', subject: 'a,b', time: 'now' };
    expect(identityOf(structured(broken))).toEqual({ eventId: 'e-1', type: null, subject: null, time: null });
  });

  it.each([
    ['no JSON', raw('{')],
    ['no id', structured({ id: undefined })],
    ['an id that is none', structured({ id: 'a,b' })],
    ['two ids', { ...binary({}), headers: { ...binary({}).headers, ce_id: ['a', 'b'] } }],
    ['no value', { key: null, value: null, headers: {} }],
  ])('is not of %s', (_, record) => {
    expect(identityOf(record)).toBeNull();
  });
});
