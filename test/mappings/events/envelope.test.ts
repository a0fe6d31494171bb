import { describe, expect, it } from 'vitest';
import { parseInstant } from '../../../mappings/instant.js';
import { type Attributes, binary, ENVELOPE, eventOf, reasonOf, structured } from './records.js';

const BREACHES: readonly [what: string, attributes: Attributes, reason: string][] = [
  ['no specversion', { specversion: undefined }, 'envelope-invalid'],
  ['another specversion', { specversion: '0.3' }, 'envelope-invalid'],
  ['no id', { id: undefined }, 'envelope-invalid'],
  ['no source', { source: undefined }, 'envelope-invalid'],
  ['an empty source', { source: '' }, 'envelope-invalid'],
  ['no type', { type: undefined }, 'envelope-invalid'],
  ['an empty type', { type: '' }, 'envelope-invalid'],
  ['no subject', { subject: undefined }, 'envelope-invalid'],
  ['no time', { time: undefined }, 'envelope-invalid'],
  ['an id with a comma', { id: 'a,b' }, 'id-invalid'],
  ['an id of 129 characters', { id: '号'.repeat(129) }, 'id-invalid'],
  ['a subject of dots', { subject: '..' }, 'id-invalid'],
  ['a subject with a control character', { subject: 'o\u0085' }, 'id-invalid'],
  ['a source of 8,001 characters', { source: 's'.repeat(8_001) }, 'text-invalid'],
  ['an impossible day', { time: '2026-02-30T00:00:00Z' }, 'time-invalid'],
  ['a time without a zone', { time: '2026-02-28T00:00:00' }, 'time-invalid'],
  ['sequence 0', { sequence: '0' }, 'sequence-invalid'],
  ['a negative sequence', { sequence: '-1' }, 'sequence-invalid'],
  ['a fraction as sequence', { sequence: '1.0' }, 'sequence-invalid'],
  ['an exponent as sequence', { sequence: '1e3' }, 'sequence-invalid'],
  ['an empty sequence', { sequence: '' }, 'sequence-invalid'],
  ['a sequence of 2^53', { sequence: '9007199254740992' }, 'sequence-invalid'],
  ['a sequence that would round down', { sequence: '9007199254740993' }, 'sequence-invalid'],
  ['a sequence in other digits', { sequence: '１' }, 'sequence-invalid'],
];

const STRUCTURED_ONLY: readonly [what: string, attributes: Attributes, reason: string][] = [
  ['a numeric specversion', { specversion: 1 }, 'envelope-invalid'],
  ['a null id', { id: null }, 'envelope-invalid'],
  ['a numeric id', { id: 7 }, 'envelope-invalid'],
  ['a numeric time', { time: 1_761_991_200_000 }, 'envelope-invalid'],
  ['a numeric sequence', { sequence: 1 }, 'sequence-invalid'],
  ['an unpaired surrogate in the id', { id: 'e\ud800' }, 'id-invalid'],
  ['an unpaired surrogate in the type', { type: '\udc00' }, 'text-invalid'],
];

describe('the envelope', () => {
  it.each(BREACHES)('with %s is malformed in both modes', (_, attributes, reason) => {
    expect(reasonOf('orders', structured(attributes))).toBe(reason);
    expect(reasonOf('orders', binary(attributes))).toBe(reason);
  });

  it.each(STRUCTURED_ONLY)('with %s is malformed', (_, attributes, reason) => {
    expect(reasonOf('orders', structured(attributes))).toBe(reason);
  });

  it.each(BREACHES)('with %s is malformed for an unknown type too', (what, attributes, reason) => {
    const broken = what.includes('type') ? attributes : { ...attributes, type: 'order.teleported' };
    expect(reasonOf('orders', structured(broken))).toBe(reason);
  });

  it('becomes the event', () => {
    expect(eventOf('orders', structured({ sequence: '007' }))).toMatchObject({
      aggregate: 'orders',
      subject: 'o-1',
      type: 'order.confirmed',
      source: '/order-service',
      eventId: 'e-1',
      sequence: 7,
      time: parseInstant(ENVELOPE.time),
      data: {},
    });
  });

  it('has sequence 0 without one', () => {
    expect(eventOf('orders', structured({})).sequence).toBe(0);
    expect(eventOf('orders', structured({ sequence: null })).sequence).toBe(0);
    expect(eventOf('orders', structured({ sequence: '9007199254740991' })).sequence).toBe(2 ** 53 - 1);
  });

  it.each(['订单/一%20', '__proto__', '$set', '"', '😀'.repeat(128)])('takes %j as subject and id', (text) => {
    for (const record of [structured({ subject: text, id: text }), binary({ subject: text, id: text })]) {
      expect(eventOf('orders', record)).toMatchObject({ subject: text, eventId: text });
    }
  });

  it('must have its subject as the key', () => {
    expect(reasonOf('orders', structured({}, 'o-2'))).toBe('subject-not-key');
    expect(reasonOf('orders', binary({}, null))).toBe('subject-not-key');
    const bytes = Buffer.concat([Buffer.from('o'), Buffer.from([0xff])]);
    expect(reasonOf('orders', { ...structured({ subject: 'o\ufffd' }), key: bytes })).toBe('subject-not-key');
    expect(reasonOf('orders', { ...structured({}), key: new TextEncoder().encode('o-1') })).toBe('event');
  });
});
