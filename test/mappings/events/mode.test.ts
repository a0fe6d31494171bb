import { describe, expect, it } from 'vitest';
import type { RawRecord } from '../../../mappings/events/event.js';
import { binary, ENVELOPE, eventOf, raw, reasonOf, structured } from './records.js';

function withHeaders(record: RawRecord, headers: RawRecord['headers']): RawRecord {
  return { ...record, headers: { ...record.headers, ...headers } };
}

const TRANSFER = { type: 'order.transferred', data: { customerId: 'c-1' } };
const base64 = (value: string | Uint8Array): string => Buffer.from(value).toString('base64');

describe('structured mode', () => {
  it.each([
    'application/cloudevents+json',
    'application/cloudevents+json; charset=UTF-8',
    'APPLICATION/CloudEvents+JSON;charset=utf-8',
    ' application/cloudevents+json ',
  ])('is recognized by %j', (contentType) => {
    expect(reasonOf('orders', withHeaders(structured({}), { 'content-type': contentType }))).toBe('event');
  });

  it('is recognized whatever the case of the header', () => {
    const { key, value } = structured({});
    expect(reasonOf('orders', { key, value, headers: { 'Content-Type': 'application/cloudevents+json' } })).toBe(
      'event',
    );
  });

  it('is assumed when no header says otherwise', () => {
    expect(reasonOf('orders', { ...structured({}), headers: {} })).toBe('event');
    expect(reasonOf('orders', { ...raw('{"a":1}'), headers: {} })).toBe('envelope-invalid');
  });

  it('wins over binary headers beside it', () => {
    expect(reasonOf('orders', withHeaders(structured({}), { ce_specversion: '9', ce_id: ['a', 'b'] }))).toBe('event');
  });

  it.each(['application/cloudevents+avro', 'application/cloudevents-batch+json', 'application/cloudevents'])(
    'does not know the format %s',
    (contentType) => {
      expect(reasonOf('orders', withHeaders(structured({}), { 'content-type': contentType }))).toBe(
        'format-unsupported',
      );
    },
  );

  it.each<[string, string]>([
    ['', 'not-json'],
    ['{', 'not-json'],
    ['\ufeff{}', 'not-json'],
    ['null', 'envelope-invalid'],
    ['[]', 'envelope-invalid'],
    ['"text"', 'envelope-invalid'],
    ['{}', 'envelope-invalid'],
  ])('refuses the value %j', (value, reason) => expect(reasonOf('orders', raw(value))).toBe(reason));

  it('refuses bytes that are not UTF-8', () => {
    const value = Buffer.from(JSON.stringify({ ...ENVELOPE, source: 'caf\u00e9' }), 'latin1');
    expect(reasonOf('orders', { ...structured({}), value })).toBe('not-utf8');
  });

  it('takes JSON data in Base64', () => {
    const encoded = structured({ type: TRANSFER.type, data_base64: base64('{"customerId":"客-1"}') });
    expect(eventOf('orders', encoded).data).toEqual({ customerId: '客-1' });
    expect(reasonOf('orders', structured({ data_base64: '' }))).toBe('event');
    expect(reasonOf('orders', structured({ data_base64: null }))).toBe('event');
  });

  it.each<[string, unknown, string]>([
    ['no Base64', '%%%%', 'envelope-invalid'],
    ['Base64 of a wrong length', 'e30', 'envelope-invalid'],
    ['no text', 7, 'envelope-invalid'],
    ['no JSON', base64('<a/>'), 'not-json'],
    ['no UTF-8', base64(Uint8Array.of(0x22, 0xff, 0x22)), 'not-utf8'],
    ['no object', base64('[]'), 'data-invalid'],
  ])('refuses data_base64 that is %s', (_, data_base64, reason) => {
    expect(reasonOf('orders', structured({ data_base64 }))).toBe(reason);
  });

  it('refuses data twice', () => {
    expect(reasonOf('orders', structured({ data: {}, data_base64: base64('{}') }))).toBe('envelope-invalid');
  });
});

describe('binary mode', () => {
  it('reads attributes from headers of any case, as text or bytes, once in an array', () => {
    const { key, value, headers } = binary({ ...TRANSFER, id: '事件-1' });
    const renamed = Object.fromEntries(Object.entries(headers).map(([name, text]) => [name.toUpperCase(), text]));
    expect(eventOf('orders', { key, value, headers: renamed }).eventId).toBe('事件-1');
    expect(eventOf('orders', withHeaders({ key, value, headers }, { ce_id: ['e-9'] })).eventId).toBe('e-9');
  });

  it('does not decode percent signs in headers', () => {
    expect(eventOf('orders', binary({ id: 'e%201' })).eventId).toBe('e%201');
  });

  it('needs no content type', () => {
    const { key, value, headers } = binary(TRANSFER);
    const { 'content-type': _, ...rest } = headers;
    expect(eventOf('orders', { key, value, headers: rest }).data).toEqual(TRANSFER.data);
  });

  it('refuses an attribute that is given twice, under one name or two', () => {
    expect(reasonOf('orders', withHeaders(binary({}), { ce_id: ['e-1', 'e-1'] }))).toBe('envelope-invalid');
    expect(reasonOf('orders', withHeaders(binary({}), { CE_ID: 'e-1' }))).toBe('envelope-invalid');
  });

  it('ignores what is wrong with other headers', () => {
    const record = withHeaders(binary({}), { trace: ['a', 'b'], ce_other: Buffer.from([0xff]), gone: undefined });
    expect(reasonOf('orders', record)).toBe('event');
  });

  it('refuses a header that is not UTF-8', () => {
    expect(reasonOf('orders', withHeaders(binary({}), { ce_source: Buffer.from([0xff]) }))).toBe('not-utf8');
  });

  it('takes an empty value as no data', () => {
    expect(eventOf('orders', { ...binary({}), value: Buffer.alloc(0) }).data).toEqual({});
    expect(reasonOf('orders', { ...binary(TRANSFER), value: Buffer.alloc(0) })).toBe('data-invalid');
  });

  it('refuses a value that is not JSON', () => {
    expect(reasonOf('orders', { ...binary({}), value: Buffer.from('<a/>') })).toBe('not-json');
  });
});

describe('both modes', () => {
  it('have no place for a record without value', () => {
    expect(reasonOf('orders', { ...structured({}), value: null })).toBe('value-missing');
    expect(reasonOf('orders', { ...binary({}), value: null })).toBe('value-missing');
    expect(reasonOf('orders', { key: null, value: null, headers: {} })).toBe('value-missing');
  });

  it.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON', 'application/vnd.shop+json'])(
    'take data of the type %s',
    (datacontenttype) => {
      expect(reasonOf('orders', structured({ ...TRANSFER, datacontenttype }))).toBe('event');
      expect(reasonOf('orders', binary({ ...TRANSFER, datacontenttype }))).toBe('event');
    },
  );

  it.each(['application/xml', 'text/plain', 'application/jsonp', 'application/avro', ''])(
    'refuse data of the type %j',
    (datacontenttype) => {
      expect(reasonOf('orders', structured({ ...TRANSFER, datacontenttype }))).toBe('data-format-unsupported');
      expect(reasonOf('orders', binary({ ...TRANSFER, datacontenttype }))).toBe('data-format-unsupported');
    },
  );
});
