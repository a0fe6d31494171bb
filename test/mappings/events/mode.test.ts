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

  it('takes a record without value as an event without data, as clients of CloudEvents send it', () => {
    const none = { ...binary({}), value: null };
    expect(eventOf('orders', none)).toEqual(eventOf('orders', binary({ data: {} })));
    const { 'content-type': _, ...headers } = none.headers;
    expect(eventOf('orders', { ...none, headers }).data).toEqual({});
    expect(reasonOf('orders', { ...binary(TRANSFER), value: null })).toBe('data-invalid');
    expect(reasonOf('orders', { ...binary({ time: undefined }), value: null })).toBe('envelope-invalid');
    expect(reasonOf('orders', { ...binary({ type: 'order.teleported' }), value: null })).toBe('unknown');
  });

  it('refuses a value that is not JSON', () => {
    expect(reasonOf('orders', { ...binary({}), value: Buffer.from('<a/>') })).toBe('not-json');
  });

  it('reads the content type of the data under the name of its attribute, too; the content-type header wins', () => {
    const named = (ce_datacontenttype: string | string[], contentType?: string): RawRecord => {
      const { key, value, headers } = binary(TRANSFER);
      const { 'content-type': _, ...rest } = headers;
      const type = contentType === undefined ? {} : { 'content-type': contentType };
      return { key, value, headers: { ...rest, ce_datacontenttype, ...type } };
    };
    expect(reasonOf('orders', named('text/json'))).toBe('event');
    expect(reasonOf('orders', named('text/xml'))).toBe('data-format-unsupported');
    expect(reasonOf('orders', named('text/xml', 'application/json'))).toBe('event');
    expect(reasonOf('orders', named('application/json', 'text/xml'))).toBe('data-format-unsupported');
    expect(reasonOf('orders', named(['text/json', 'text/json']))).toBe('envelope-invalid');
  });
});

describe('both modes', () => {
  it('have no place for a record without value that is no binary event', () => {
    expect(reasonOf('orders', { ...structured({}), value: null })).toBe('value-missing');
    expect(reasonOf('orders', { key: null, value: null, headers: {} })).toBe('value-missing');
    const tombstone = { ...structured({}), value: null };
    expect(reasonOf('orders', withHeaders(tombstone, { 'content-type': 'application/json' }))).toBe('value-missing');
    expect(reasonOf('orders', withHeaders(tombstone, { ce_specversion: '1.0' }))).toBe('value-missing');
  });

  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
    'application/json; charset=iso-8859-1',
    'Application/JSON',
    ' application/json ; v=1 ',
    'text/json',
    'TEXT/Json; charset=utf-8',
    'application/vnd.shop+json',
    'text/x-shop+json; v=1',
  ])('take data of the type %s', (datacontenttype) => {
    expect(reasonOf('orders', structured({ ...TRANSFER, datacontenttype }))).toBe('event');
    expect(reasonOf('orders', binary({ ...TRANSFER, datacontenttype }))).toBe('event');
  });

  const OTHER_TYPES = ['application/xml', 'text/plain', 'text/jsonp', 'application/jsonp', 'application/avro', ''];

  it.each(OTHER_TYPES)('refuse data of the type %j', (datacontenttype) => {
    expect(reasonOf('orders', structured({ ...TRANSFER, datacontenttype }))).toBe('data-format-unsupported');
    expect(reasonOf('orders', binary({ ...TRANSFER, datacontenttype }))).toBe('data-format-unsupported');
  });

  it.each(OTHER_TYPES)('do not mind the type %j of data that is not there', (datacontenttype) => {
    for (const data of [undefined, null]) {
      expect(reasonOf('orders', structured({ datacontenttype, data }))).toBe('event');
    }
    expect(reasonOf('orders', structured({ datacontenttype, data_base64: '' }))).toBe('event');
    expect(reasonOf('orders', binary({ datacontenttype }))).toBe('event');
    expect(reasonOf('orders', { ...binary({ datacontenttype }), value: null })).toBe('event');
  });

  it('refuse a content type that is no text', () => {
    expect(reasonOf('orders', structured({ datacontenttype: 7 }))).toBe('envelope-invalid');
  });
});
